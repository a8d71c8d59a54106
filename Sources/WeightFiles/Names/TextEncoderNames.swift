/// The T5 encoder's tensor names. The embedding is stored under either or both of two names.
enum TextEncoderNames {
    static func canonicalName(_ name: String) -> String {
        name == "encoder.embed_tokens.weight" ? "shared.weight" : name
    }
}
