/// `*.safetensors.index.json`: which shard holds which tensor.
struct ShardIndex {
    private let path: String
    private let folder: String
    /// Tensor name to file name.
    private let fileNames: [String: String]

    /// - Throws: ``WeightError/badConfiguration(path:reason:)`` unless the index is `{"weight_map": {tensor: file}}`.
    init(path: String) throws(WeightError) {
        self.path = path
        folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let document = try Checkpoint.readJSONFile(path, advice: "Download it again.")
        guard let map = document["weight_map"]?.object, !map.isEmpty else {
            throw .badConfiguration(path: path, reason: "it has no weight_map")
        }
        var fileNames: [String: String] = [:]
        for (tensor, value) in map {
            guard let name = value.string, !name.isEmpty, !name.contains("/"), name != ".." else {
                throw .badConfiguration(path: path, reason: "the file of \(tensor.excerpt()) is not a plain file name")
            }
            fileNames[tensor] = name
        }
        self.fileNames = fileNames
    }

    /// Opens the shards that the index names, and no other, and looks up every tensor.
    func tensors() throws(WeightError) -> [String: RawTensor] {
        var files: [String: SafetensorsFile] = [:]
        for name in Set(fileNames.values).sorted() {
            do {
                files[name] = try SafetensorsFile(path: folder + "/" + name)
            } catch .cannotOpen(let shard, _) {
                throw .missingFile(path: shard, advice: "\(path) names it; download all parts of the model.")
            }
        }
        var tensors: [String: RawTensor] = [:]
        for (tensor, name) in fileNames {
            guard let file = files[name], file.contains(tensor) else {
                throw .badConfiguration(path: path, reason: "\(name) does not hold the tensor \(tensor.excerpt())")
            }
            tensors[tensor] = try file.raw(tensor)
        }
        return tensors
    }
}
