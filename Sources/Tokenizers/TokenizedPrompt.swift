/// A prompt as a text encoder takes it: ids padded to a fixed length, and which of them are real.
package struct TokenizedPrompt: Sendable, Equatable {
    /// Token ids, padded on the right.
    package let ids: [Int]
    /// 1 for a real token, the final `</s>` included; 0 for padding.
    package let mask: [Int]

    /// The number of real tokens.
    package var tokenCount: Int { mask.reduce(0, +) }
}

/// How a pipeline prepares a prompt before and after tokenizing.
package struct PromptConvention: Sendable, Equatable {
    /// Ids of a prompt, padding included.
    package let length: Int
    /// Whether white space on both ends is removed first.
    package let stripsWhiteSpace: Bool

    package init(length: Int, stripsWhiteSpace: Bool) {
        self.length = length
        self.stripsWhiteSpace = stripsWhiteSpace
    }

    /// ltx_video's pipelines.
    package static let ltxVideo = PromptConvention(length: 256, stripsWhiteSpace: true)
    /// The diffusers library's LTX pipelines.
    package static let diffusers = PromptConvention(length: 128, stripsWhiteSpace: false)
}
