import Foundation
import Models
import TestSupport
import Testing
import WeightFiles

@Suite("Configurations of published and bundled models")
struct ConfigurationTests {
    @Test("2B transformers have about 1.9 billion parameters")
    func smallTransformers() throws {
        let configs = try PublishedConfigurations.section("ltx_transformer_2b")
        #expect(configs.count >= 2)
        for (version, json) in configs {
            let configuration = try VideoTransformerConfiguration(json)
            #expect(configuration.width == 2048)
            #expect(configuration.layerCount == 28)
            #expect(configuration.causalTemporalPositioning == (version.contains("0.9.5") ? true : nil))
            #expect((1.85e9...2.0e9).contains(parameterCount(configuration.expectedWeights())), "\(version)")
        }
    }

    @Test("13B transformers have about 13 billion parameters")
    func largeTransformers() throws {
        let base = try #require(PublishedConfigurations.section("ltx_transformer_2b").values.first?.object)
        for (version, json) in try PublishedConfigurations.section("ltx_transformer_13b") {
            let merged = PublishedConfigurations.merging(base, try #require(json.object))
            let configuration = try VideoTransformerConfiguration(merged)
            #expect(configuration.width == 4096)
            #expect((12.5e9...13.5e9).contains(parameterCount(configuration.expectedWeights())), "\(version)")
        }
    }

    @Test("a diffusers transformer is the LTX transformer")
    func diffusersTransformer() throws {
        let folder = try VideoTransformerConfiguration(
            .object(PublishedConfigurations.section("diffusers_transformer_2b")))
        let file = try #require(
            PublishedConfigurations.section("ltx_transformer_2b").first { !$0.key.contains("0.9.5") })
        #expect(try folder == VideoTransformerConfiguration(file.value))
    }

    @Test("diffusers autoencoder lists mean the LTX block lists")
    func autoencoderFamilies() throws {
        let files = try PublishedConfigurations.section("ltx_vae")
        let folders = try PublishedConfigurations.section("diffusers_vae")
        #expect(files.count == 3)
        for (version, json) in files {
            let file = try VideoAutoencoderConfiguration(json)
            let folder = try VideoAutoencoderConfiguration(#require(folders[String(version.prefix(5))]))
            #expect(file.encoderStages == folder.encoderStages, "\(version)")
            #expect(file.decoderStages == folder.decoderStages, "\(version)")
            #expect(file.expectedWeights == folder.expectedWeights, "\(version)")
            #expect(file.spatialFactor == 32)
            #expect(file.temporalFactor == 8)
            #expect(file.decoderInputChannels == (version.hasPrefix("0.9.0") ? 512 : 1024))
            #expect(file.encoderOutputChannels == (version.hasPrefix("0.9.5") ? 2048 : 512))
            #expect((2e8...2e9).contains(parameterCount(file.expectedWeights)), "\(version)")
        }
    }

    @Test("the published latent upsampler")
    func latentUpsampler() throws {
        let configuration = try LatentUpsamplerConfiguration(
            .object(PublishedConfigurations.section("latent_upsampler_0.9.7_0.9.8")))
        // 16 convolutions 512 to 512, the upsampling 512 to 2048 in two dimensions, and both ends.
        #expect((1.2e8...1.4e8).contains(parameterCount(configuration.expectedWeights)))
    }

    @Test("every tensor of the bundled model is expected, and no other")
    func bundledModel() throws {
        let low = RepositoryFile.bundledModel + "/ltx-nano.safetensors"
        let high = RepositoryFile.bundledModel + "/ltx-nano-hr.safetensors"
        for path in [low, high] {
            let checkpoint = try Checkpoint.load(.transformer, from: path)
            let turbo2k = try checkpoint.fileConfig["turbo2k"].map { try Turbo2KConfiguration($0) }
            #expect((turbo2k != nil) == (path == high))
            let configuration = try VideoTransformerConfiguration(checkpoint.config)
            try checkpoint.verify(expected: configuration.expectedWeights(turbo2k: turbo2k))
        }
        let checkpoint = try Checkpoint.load(.videoAutoencoder, from: low)
        try checkpoint.verify(
            expected: VideoAutoencoderConfiguration(checkpoint.config).expectedWeights,
            ignored: VideoAutoencoderConfiguration.unusedStatistics.contains)
    }

    private func parameterCount(_ weights: [String: [Int]]) -> Double {
        weights.values.reduce(0.0) { $0 + $1.reduce(1.0) { $0 * Double($1) } }
    }
}

@Suite("Configurations that cannot be used name the setting")
struct ConfigurationErrorTests {
    private static let transformer = #"""
        {"num_layers": 2, "num_attention_heads": 2, "attention_head_dim": 16, "in_channels": 8, "caption_channels": 16}
        """#

    @Test(
        "transformer settings that are not implemented",
        arguments: [
            ("qk_norm", JSONValue.string("layer_norm")), ("cross_attention_dim", .integer(48)),
            ("patch_size", .integer(2)), ("num_layers", .integer(0)), ("adaptive_norm", .string("single_scale")),
            ("positional_embedding_max_pos", .array([.integer(20), .integer(2048)])),
        ])
    func unsupportedTransformer(key: String, value: JSONValue) throws {
        let base = try #require(JSONReader.read(Self.transformer).object)
        _ = try VideoTransformerConfiguration(.object(base))
        let error = try #require(throws: ModelError.self) {
            try VideoTransformerConfiguration(PublishedConfigurations.merging(base, [key: value]))
        }
        guard case .unsupportedSetting("video transformer", key, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)".contains(key))
    }

    @Test("a missing size", arguments: ["num_layers", "attention_head_dim", "caption_channels"])
    func missingSize(key: String) {
        let json = Self.transformer.replacingOccurrences(of: "\"\(key)\"", with: "\"other\"")
        #expect(throws: ModelError.missingSetting(component: "video transformer", key: key)) {
            try VideoTransformerConfiguration(json: json)
        }
    }

    @Test("a value of another type names its key")
    func wrongType() throws {
        let json = Self.transformer.replacingOccurrences(of: #""num_layers": 2"#, with: #""num_layers": "two""#)
        let error = try #require(throws: ModelError.self) { try VideoTransformerConfiguration(json: json) }
        #expect("\(error)".contains("num_layers"))
    }

    @Test("text that is not JSON", arguments: ["", "{", "[]", "7"])
    func noJSON(text: String) {
        #expect(throws: ModelError.self) { try VideoTransformerConfiguration(json: text) }
        #expect(throws: ModelError.self) { try VideoAutoencoderConfiguration(json: text) }
        #expect(throws: ModelError.self) { try LatentUpsamplerConfiguration(json: text) }
        #expect(throws: ModelError.self) { try Turbo2KConfiguration(json: text) }
    }

    @Test(
        "autoencoder blocks that are unknown or do not fit",
        arguments: [
            #"[["attn_res_x", 1]]"#, #"[["res_x", 0]]"#, #"[["compress_all", {"multiplier": 3}]]"#,
            #"[["compress_all_res", {"multiplier": 3}]]"#,
        ])
    func unusableBlocks(blocks: String) {
        let json =
            #"{"latent_channels": 8, "encoder_base_channels": 4, "decoder_base_channels": 4, "encoder_blocks": "#
            + blocks + #", "decoder_blocks": [["res_x", 1]]}"#
        #expect(throws: ModelError.self) { try VideoAutoencoderConfiguration(json: json) }
    }

    @Test("guidance blocks out of order or out of the model", arguments: ["[]", "[2, 1]", "[-1]", "[1, 1]"])
    func guidanceBlocks(list: String) throws {
        #expect(throws: ModelError.self) { try Turbo2KConfiguration(json: "{\"guidance_blocks\": \(list)}") }
        let turbo2k = try Turbo2KConfiguration(json: #"{"guidance_blocks": [0, 4]}"#)
        try turbo2k.validate(layerCount: 5)
        #expect(throws: ModelError.self) { try turbo2k.validate(layerCount: 4) }
    }
}
