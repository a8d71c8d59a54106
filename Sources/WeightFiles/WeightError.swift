/// Why weights could not be read or written. `description` is one sentence (or two) a user can act on.
///
/// Paths and names are kept as they are and escaped when rendered.
package enum WeightError: Error, Sendable, Equatable {
    /// The path is missing, a folder, unreadable.
    case cannotOpen(path: String, reason: String)
    /// The file ends before the data that its header announces, or before the header itself does.
    case truncated(path: String, neededBytes: Int, actualBytes: Int)
    /// The header claims a length that no safetensors file has.
    case headerTooLarge(path: String, headerBytes: UInt64, limitBytes: Int)
    /// The header is not the JSON that the format asks for.
    case badHeader(path: String, reason: String)
    /// One tensor's entry in the header contradicts itself or the file.
    case badTensor(path: String, tensor: String, reason: String)
    /// The tensor is asked for but not there.
    case missingTensor(path: String, tensor: String)
    /// The file does not hold the wanted part of a model.
    case missingComponent(path: String, component: String, advice: String)
    /// A file that a model folder must contain is not there.
    case missingFile(path: String, advice: String)
    /// A configuration or index is unreadable or contradicts itself.
    case badConfiguration(path: String, reason: String)
    /// The tensors present are not the tensors that the configuration asks for.
    case mismatch(path: String, missing: [String], unexpected: [String], misshapen: [ShapeMismatch])
    /// The file could not be written.
    case cannotWrite(path: String, reason: String)

    /// A tensor whose stored shape is not the one its configuration asks for.
    package struct ShapeMismatch: Sendable, Equatable {
        package let tensor: String
        package let expected: [Int]
        package let actual: [Int]

        package init(tensor: String, expected: [Int], actual: [Int]) {
            self.tensor = tensor
            self.expected = expected
            self.actual = actual
        }
    }
}

extension WeightError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "Cannot open \(path.escapedForDisplay): \(reason.escapedForDisplay). Check the path and its permissions."
        case .truncated(let path, let neededBytes, let actualBytes):
            "\(path.escapedForDisplay) is incomplete: it has \(actualBytes) bytes and needs \(neededBytes). "
                + "Download or copy it again."
        case .headerTooLarge(let path, let headerBytes, let limitBytes):
            "\(path.escapedForDisplay) is not a safetensors file: it announces a header of \(headerBytes) bytes, "
                + "and at most \(limitBytes) are possible here. Check that it is the right file."
        case .badHeader(let path, let reason):
            "The header of \(path.escapedForDisplay) is damaged: \(reason.escapedForDisplay). "
                + "Download or convert the file again."
        case .badTensor(let path, let tensor, let reason):
            "Tensor \(tensor.excerpt()) of \(path.escapedForDisplay) is damaged: \(reason.escapedForDisplay). "
                + "Download or convert the file again."
        case .missingTensor(let path, let tensor):
            "\(path.escapedForDisplay) has no tensor \(tensor.excerpt()). Check that it is the right model."
        case .missingComponent(let path, let component, let advice):
            "\(path.escapedForDisplay) holds no \(component.escapedForDisplay). \(advice.escapedForDisplay)"
        case .missingFile(let path, let advice):
            "\(path.escapedForDisplay) is missing. \(advice.escapedForDisplay)"
        case .badConfiguration(let path, let reason):
            "The configuration in \(path.escapedForDisplay) cannot be used: \(reason.escapedForDisplay). "
                + "Download the model again or correct it."
        case .mismatch(let path, let missing, let unexpected, let misshapen):
            Self.describeMismatch(path, missing, unexpected, misshapen)
        case .cannotWrite(let path, let reason):
            "Cannot write \(path.escapedForDisplay): \(reason.escapedForDisplay). Check the folder and the free space."
        }
    }

    private static func describeMismatch(
        _ path: String, _ missing: [String], _ unexpected: [String], _ misshapen: [ShapeMismatch]
    ) -> String {
        var parts: [String] = []
        if !missing.isEmpty {
            parts.append("missing: " + missing.map { $0.excerpt() }.joined(separator: ", "))
        }
        if !unexpected.isEmpty {
            parts.append("unexpected: " + unexpected.map { $0.excerpt() }.joined(separator: ", "))
        }
        if !misshapen.isEmpty {
            let list = misshapen.map { "\($0.tensor.excerpt()) has shape \($0.actual), not \($0.expected)" }
            parts.append("wrong shape: " + list.joined(separator: ", "))
        }
        return "The tensors of \(path.escapedForDisplay) do not fit its configuration; "
            + parts.joined(separator: "; ") + ". Use the file that belongs to this configuration."
    }
}
