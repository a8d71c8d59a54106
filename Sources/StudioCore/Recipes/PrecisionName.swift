package import Generation
package import Kernels

/// Precisions as people write them.
package enum PrecisionName {
    package static let all = Precision.allCases.map(\.rawValue)

    /// - Throws: ``GenerationError/badValue(_:)`` naming those there are.
    package static func value(_ name: String) throws(GenerationError) -> Precision {
        guard let precision = Precision(rawValue: name) else {
            throw .badValue(
                "The precision must be one of \(all.joined(separator: ", ")), is \"\(TextCleaning.shortened(name, to: 40))\"."
            )
        }
        return precision
    }

    /// `best` where the engine chooses.
    package static func text(_ precision: Precision?) -> String { precision?.rawValue ?? "best" }
}
