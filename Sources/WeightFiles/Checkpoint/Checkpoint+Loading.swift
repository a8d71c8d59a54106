/// A part of a model that has its own weights.
package enum ModelComponent: String, Sendable, CaseIterable {
    case transformer = "transformer"
    case videoAutoencoder = "video autoencoder"
    case latentUpsampler = "latent upsampler"
    case textEncoder = "text encoder"

    /// What the names start with in an LTX single file; nil where the component never lives in one.
    var prefix: String? {
        switch self {
        case .transformer: "model.diffusion_model."
        case .videoAutoencoder: "vae."
        case .latentUpsampler: ""
        case .textEncoder: nil
        }
    }

    /// The component's key in the configuration of a single file; nil: the configuration is the component's own.
    var configKey: String? {
        switch self {
        case .transformer: "transformer"
        case .videoAutoencoder: "vae"
        case .latentUpsampler, .textEncoder: nil
        }
    }

    /// The component's folder in a diffusers model folder.
    var folder: String {
        switch self {
        case .transformer: "transformer"
        case .videoAutoencoder: "vae"
        case .latentUpsampler: "latent_upsampler"
        case .textEncoder: "text_encoder"
        }
    }

    /// The weight file's name in that folder, without its extension.
    var fileStem: String { self == .textEncoder ? "model" : "diffusion_pytorch_model" }
}

extension Checkpoint {
    /// Opens a component's weights: headers and configuration are read and checked, the data stays on the disk.
    ///
    /// - Parameters:
    ///   - component: the part of the model that is wanted.
    ///   - path: an LTX single file, a diffusers model folder, or the component's own folder.
    /// - Returns: the component's tensors under their LTX (or Hugging Face T5) names.
    /// - Throws: ``WeightError``.
    package static func load(_ component: ModelComponent, from path: String) throws(WeightError) -> Checkpoint {
        if isFolder(path) {
            try loadFolder(component, path)
        } else {
            try loadSingleFile(component, SafetensorsFile(path: path))
        }
    }

    /// The tensors of a file whose names start with `prefix`, which is stripped; the configuration is the metadata's.
    ///
    /// - Throws: ``WeightError/badConfiguration(path:reason:)`` if the metadata's configuration is unreadable.
    package static func load(file: SafetensorsFile, prefix: String = "") throws(WeightError) -> Checkpoint {
        let config = try fileConfiguration(file) ?? .object([:])
        let tensors = try stripped(file, prefix)
        return Checkpoint(path: file.path, layout: .singleFile, config: config, fileConfig: config, tensors: tensors)
    }

    /// A component of an LTX single file that is already open.
    ///
    /// - Throws: ``WeightError`` if the component or its configuration is not in the file.
    package static func loadSingleFile(
        _ component: ModelComponent, _ file: SafetensorsFile
    ) throws(WeightError) -> Checkpoint {
        guard let prefix = component.prefix else {
            throw .missingComponent(
                path: file.path, component: component.rawValue, advice: "Give the folder that holds config.json.")
        }
        let tensors = try stripped(file, prefix)
        guard !tensors.isEmpty else {
            throw .missingComponent(
                path: file.path, component: component.rawValue,
                advice: "No tensor's name starts with \(prefix). Choose a file that holds this part.")
        }
        guard let whole = try fileConfiguration(file) else {
            throw .badConfiguration(path: file.path, reason: "the metadata has no config")
        }
        var own = whole
        if let key = component.configKey {
            guard let part = whole[key], part.object != nil else {
                throw .badConfiguration(path: file.path, reason: "the metadata's config has no \"\(key)\"")
            }
            own = part
        }
        return Checkpoint(path: file.path, layout: .singleFile, config: own, fileConfig: whole, tensors: tensors)
    }

    /// The metadata's `config`; nil if there is none.
    private static func fileConfiguration(_ file: SafetensorsFile) throws(WeightError) -> JSONValue? {
        guard let text = file.metadata["config"] else { return nil }
        let config: JSONValue
        do {
            config = try JSONReader.read(text)
        } catch {
            throw .badConfiguration(path: file.path, reason: "the metadata's config is not valid JSON, \(error)")
        }
        guard config.object != nil else {
            throw .badConfiguration(path: file.path, reason: "the metadata's config is not an object")
        }
        return config
    }

    private static func stripped(_ file: SafetensorsFile, _ prefix: String) throws(WeightError) -> [String: RawTensor] {
        var tensors: [String: RawTensor] = [:]
        for name in file.names where name.hasPrefix(prefix) {
            tensors[String(name.dropFirst(prefix.count))] = try file.raw(name)
        }
        return tensors
    }
}
