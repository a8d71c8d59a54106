package import WeightFiles

extension VideoTransformerConfiguration {
    /// - Parameter json: a checkpoint's `config`.
    /// - Throws: ``ModelError`` where a size is missing or a setting is not implemented.
    package init(_ json: JSONValue) throws(ModelError) {
        try self.init(json: json.description)
    }
}

extension Turbo2KConfiguration {
    /// - Parameter json: the value of `"turbo2k"` in a checkpoint's `fileConfig`.
    /// - Throws: ``ModelError`` where a setting is missing or out of range.
    package init(_ json: JSONValue) throws(ModelError) {
        try self.init(json: json.description)
    }
}

extension VideoAutoencoderConfiguration {
    /// - Parameter json: a checkpoint's `config`.
    /// - Throws: ``ModelError`` where a size is missing or a setting is not implemented.
    package init(_ json: JSONValue) throws(ModelError) {
        try self.init(json: json.description)
    }
}

extension LatentUpsamplerConfiguration {
    /// - Parameter json: a checkpoint's `config`.
    /// - Throws: ``ModelError`` where a size is missing or a setting is not implemented.
    package init(_ json: JSONValue) throws(ModelError) {
        try self.init(json: json.description)
    }
}

extension WeightScope {
    /// The tensors of a checkpoint, widened to fp32.
    package init(_ checkpoint: Checkpoint) {
        self.init { try checkpoint.tensor($0) }
    }
}
