/// The transformer's tensor names: the diffusers library's and the LTX layout's.
package enum TransformerNames {
    /// diffusers to LTX. Each is a whole part between dots.
    private static let parts = [
        "proj_in": "patchify_proj", "time_embed": "adaln_single", "norm_q": "q_norm", "norm_k": "k_norm",
    ]
    private static let reversedParts = Dictionary(uniqueKeysWithValues: parts.map { ($0.value, $0.key) })

    package static func ltxName(_ diffusersName: String) -> String { replace(diffusersName, parts) }

    package static func diffusersName(_ ltxName: String) -> String { replace(ltxName, reversedParts) }

    private static func replace(_ name: String, _ table: [String: String]) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false)
            .map { table[String($0)] ?? String($0) }.joined(separator: ".")
    }
}
