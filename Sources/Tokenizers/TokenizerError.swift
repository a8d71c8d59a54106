/// Why a tokenizer could not be loaded. `description` is a sentence a user can act on.
package enum TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The vocabulary file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file is no SentencePiece model.
    case notAModel(path: String, reason: String)
    /// The file is a SentencePiece model, but not one with T5's special pieces.
    case notT5(path: String, reason: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "Cannot read the tokenizer \(visible(path)): \(visible(reason)). Check the path and its permissions."
        case .notAModel(let path, let reason):
            "\(visible(path)) is not a SentencePiece model (\(visible(reason))). Download spiece.model again."
        case .notT5(let path, let reason):
            "\(visible(path)) is not a T5 tokenizer: \(visible(reason)). Use the one that belongs to the text encoder."
        }
    }
}

/// Text from outside with control characters spelled out, so that it cannot steer a terminal.
private func visible(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\\u{" + String(scalar.value, radix: 16) + "}"
        default: String(scalar)
        }
    }.joined()
}
