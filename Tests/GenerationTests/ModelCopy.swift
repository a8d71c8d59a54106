import Foundation
import Generation
import TestSupport
import Testing
import WeightFiles

/// The bundled model in a folder of its own, by links, so that a test can change it.
struct ModelCopy {
    let folder: URL

    static var bundled: URL {
        get throws { try #require(ModelCatalog.bundledFolder).appending(path: "nano") }
    }

    init(in place: Workplace, named name: String = "model") throws {
        folder = place.folder(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for item in ["ltx-nano.safetensors", "ltx-nano-hr.safetensors", "text_encoder", "tokenizer"] {
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: item), withDestinationURL: Self.bundled.appending(path: item))
        }
    }

    func remove(_ item: String) throws { try FileManager.default.removeItem(at: folder.appending(path: item)) }

    func write(_ data: Data, to item: String) throws {
        let url = folder.appending(path: item)
        try? FileManager.default.removeItem(at: url)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    /// Writes a weight file of the bundled model anew, changed.
    func rewrite(
        _ item: String,
        _ change: (_ entries: inout [(name: String, tensor: RawTensor)], _ metadata: inout [String: String]) throws
            -> Void
    ) throws {
        let file = try SafetensorsFile(path: Self.bundled.appending(path: item).path)
        var metadata = file.metadata
        var entries = try file.names.map { (name: $0, tensor: try file.raw($0)) }
        try change(&entries, &metadata)
        try? remove(item)
        try SafetensorsWriter.write(
            entries.map { .init($0.name, $0.tensor) }, metadata: metadata, to: folder.appending(path: item).path)
    }
}

extension ModelCopy {
    /// The bundled model's draft in the diffusers library's layout: folders, other names, other configurations.
    static func diffusers(in place: Workplace) throws -> URL {
        let folder = place.folder("diffusers")
        let file = try SafetensorsFile(path: bundled.appending(path: "ltx-nano.safetensors").path)
        let config = try Checkpoint.load(.transformer, from: file.path).config
        func write(_ part: String, _ config: Data, prefix: String, name: (String) -> String) throws {
            let target = folder.appending(path: part)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try config.write(to: target.appending(path: "config.json"))
            let entries = try file.names.filter { $0.hasPrefix(prefix) }.map {
                SafetensorsWriter.Entry(name(String($0.dropFirst(prefix.count))), try file.raw($0))
            }
            try SafetensorsWriter.write(
                entries, to: target.appending(path: "diffusion_pytorch_model.safetensors").path)
        }
        try write(
            "transformer", Data(config.description.utf8), prefix: "model.diffusion_model.",
            name: TransformerNames.diffusersName)
        let lists = Data(autoencoderConfig.utf8)
        let path = folder.appending(path: "vae/config.json").path
        try FileManager.default.createDirectory(
            at: folder.appending(path: "vae"), withIntermediateDirectories: true)
        try lists.write(to: URL(filePath: path))
        let names = try VideoAutoencoderNames(
            config: Checkpoint.readJSONFile(path, advice: ""), path: path)
        try write("vae", lists, prefix: "vae.", name: names.diffusersName)
        for item in ["text_encoder", "tokenizer"] {
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: item), withDestinationURL: bundled.appending(path: item))
        }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "scheduler"), withIntermediateDirectories: true)
        try Data(#"{"use_dynamic_shifting": false, "shift": 1.0, "shift_terminal": null}"#.utf8)
            .write(to: folder.appending(path: "scheduler/scheduler_config.json"))
        return folder
    }

    private static let autoencoderConfig = #"""
        {"_class_name": "AutoencoderKLLTXVideo", "in_channels": 3, "out_channels": 3, "latent_channels": 48,
         "block_out_channels": [32, 64, 64, 64], "layers_per_block": [1, 1, 1, 1],
         "down_block_types": ["LTXVideo095DownBlock3D", "LTXVideo095DownBlock3D", "LTXVideo095DownBlock3D"],
         "downsample_type": ["spatiotemporal", "spatiotemporal", "spatiotemporal"],
         "spatio_temporal_scaling": [true, true, true],
         "decoder_block_out_channels": [32, 64, 64], "decoder_layers_per_block": [1, 1, 1, 2],
         "decoder_spatio_temporal_scaling": [true, true, true], "decoder_inject_noise": [false, false, false, false],
         "upsample_factor": [1, 2, 1], "upsample_residual": [true, true, true],
         "patch_size": 4, "patch_size_t": 1, "scaling_factor": 1.0, "resnet_norm_eps": 1e-06,
         "encoder_causal": true, "decoder_causal": false, "timestep_conditioning": false,
         "spatial_compression_ratio": 32, "temporal_compression_ratio": 8}
        """#
}
