import Kernels

/// A prompt as the blocks see it: keys and values of every cross attention, made once for a prompt and a model.
package final class PromptContext: Sendable {
    let keysValues: [PackedKeysValues]
    let keyCount: Int
    /// 0 for words, -10000 for padding.
    let keyBias: AlignedBuffer?

    init(keysValues: [PackedKeysValues], keyCount: Int, keyBias: AlignedBuffer?) {
        self.keysValues = keysValues
        self.keyCount = keyCount
        self.keyBias = keyBias
    }

    package var byteCount: Int { keysValues.reduce(0) { $0 + $1.byteCount } + (keyBias?.byteCount ?? 0) }
}
