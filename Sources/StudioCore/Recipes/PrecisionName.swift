package import Generation
package import Kernels

/// Precisions as people write them.
package enum PrecisionName {
    /// - Throws: ``GenerationError/badValue(_:)`` naming those there are.
    package static func value(_ name: String) throws(GenerationError) -> Precision {
        guard let precision = Precision(rawValue: name) else {
            let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue("The precision must be one of \(names), is \"\(TextCleaning.shortened(name, to: 40))\".")
        }
        return precision
    }

    /// `best` where the engine chooses.
    package static func text(_ precision: Precision?) -> String { precision?.rawValue ?? "best" }
}
