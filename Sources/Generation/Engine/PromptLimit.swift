import Tokenizers

/// How much of a prompt the model reads.
enum PromptLimit {
    /// Tokens, the final one included.
    static let tokens = PromptConvention.ltxVideo.length
}

/// A tokenizer that only counts.
final class T5TokenizerBox: Sendable {
    private let tokenizer: T5Tokenizer

    init(path: String) throws {
        do {
            tokenizer = try T5Tokenizer(path: path)
        } catch {
            throw GenerationError.badModel(String(describing: error))
        }
    }

    func length(of prompt: String) -> PromptLength {
        PromptLength(of: prompt, limit: PromptLimit.tokens) { tokenizer.ids(of: $0).count }
    }
}
