import Foundation

extension Checkpoint {
    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// Opens a component's folder, given itself or the model folder around it.
    static func loadFolder(_ component: ModelComponent, _ path: String) throws(WeightError) -> Checkpoint {
        let inner = path + "/" + component.folder
        let folder = isFolder(inner) ? inner : path
        let config = try readJSONFile(folder + "/config.json", advice: "A \(component.rawValue) folder holds one.")
        guard config.object != nil else {
            throw .badConfiguration(path: folder + "/config.json", reason: "it is not an object")
        }
        let stored = try storedTensors(folder: folder, stem: component.fileStem)
        let layout: Layout = component == .textEncoder ? .transformers : .diffusers
        let tensors = try renamed(stored, component, config, folder)
        return Checkpoint(path: folder, layout: layout, config: config, fileConfig: config, tensors: tensors)
    }

    /// Reads a small JSON file, such as `config.json` or `scheduler_config.json`.
    ///
    /// - Throws: ``WeightError``.
    package static func readJSONFile(_ path: String, advice: String) throws(WeightError) -> JSONValue {
        guard FileManager.default.fileExists(atPath: path) else { throw .missingFile(path: path, advice: advice) }
        let file = try MappedFile(path: path)
        do {
            return try JSONReader.read(file.bytes)
        } catch {
            throw .badConfiguration(path: path, reason: "it is not valid JSON, \(error)")
        }
    }

    /// The tensors of `<stem>.safetensors`, or of the shards that `<stem>.safetensors.index.json` names.
    private static func storedTensors(folder: String, stem: String) throws(WeightError) -> [String: RawTensor] {
        let single = "\(folder)/\(stem).safetensors"
        if FileManager.default.fileExists(atPath: single) {
            let file = try SafetensorsFile(path: single)
            var tensors: [String: RawTensor] = [:]
            for name in file.names { tensors[name] = try file.raw(name) }
            return tensors
        }
        let index = single + ".index.json"
        guard FileManager.default.fileExists(atPath: index) else {
            throw .missingFile(path: single, advice: "Download it, or its shards with \(stem).safetensors.index.json.")
        }
        return try ShardIndex(path: index).tensors()
    }

    private static func renamed(
        _ stored: [String: RawTensor], _ component: ModelComponent, _ config: JSONValue, _ folder: String
    ) throws(WeightError) -> [String: RawTensor] {
        let rename: (String) -> String
        switch component {
        case .transformer: rename = TransformerNames.ltxName
        case .videoAutoencoder: rename = try VideoAutoencoderNames(config: config, path: folder).ltxName
        case .textEncoder: rename = TextEncoderNames.canonicalName
        case .latentUpsampler: rename = { $0 }
        }
        var tensors: [String: RawTensor] = [:]
        // Sorted, so that of the two copies of the T5 embedding the same one is taken every time.
        for (name, tensor) in stored.sorted(by: { $0.key < $1.key }) {
            let previous = tensors.updateValue(tensor, forKey: rename(name))
            if let previous, component != .textEncoder {
                throw .badTensor(
                    path: folder, tensor: name,
                    reason: "it stands for the same weights as \(previous.info.name.excerpt())")
            }
        }
        return tensors
    }
}
