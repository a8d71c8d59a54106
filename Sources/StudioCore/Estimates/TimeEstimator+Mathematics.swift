import Foundation

extension TimeEstimator {
    static func halved(times: Double) -> Double { pow(0.5, times) }

    static func logarithm10(_ value: Double) -> Double { value > 0 ? log10(value) : 0 }
}
