import Foundation

extension Double {
    var logarithm10: Double { log10(self) }
}
