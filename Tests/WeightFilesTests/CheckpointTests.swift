import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Checkpoints")
struct CheckpointTests {
    /// Folders of the golden set that hold one model in both layouts: `ltx.safetensors` and a diffusers folder.
    private static func pairs(_ folder: String) throws -> [String] {
        let set = GoldenSet.current
        let weights = try set.allCases().flatMap(\.weights)
        let parents = Set(weights.map { URL(filePath: $0).deletingLastPathComponent().path })
        let found = parents.sorted().filter {
            FileManager.default.fileExists(atPath: $0 + "/ltx.safetensors")
                && FileManager.default.fileExists(atPath: $0 + "/\(folder)/config.json")
        }
        try #require(!found.isEmpty || !set.isBuiltIn)
        return found
    }

    private func expectSame(_ first: Checkpoint, _ second: Checkpoint, ignoring: (String) -> Bool = { _ in false })
        throws
    {
        #expect(first.names.filter { !ignoring($0) } == second.names)
        for name in second.names where first.contains(name) {
            #expect(first.info(name)?.shape == second.info(name)?.shape, "\(name)")
            #expect(try first.floats(name) == second.floats(name), "\(name)")
        }
    }

    @Test("A transformer is the same in both layouts")
    func transformerLayouts() throws {
        for folder in try Self.pairs("transformer") {
            let single = try Checkpoint.load(.transformer, from: folder + "/ltx.safetensors")
            let diffusers = try Checkpoint.load(.transformer, from: folder)
            #expect(single.layout == .singleFile)
            #expect(diffusers.layout == .diffusers)
            #expect(single.config["num_layers"] == diffusers.config["num_layers"])
            try expectSame(single, diffusers)
            let direct = try Checkpoint.load(.transformer, from: folder + "/transformer")
            #expect(direct.names == diffusers.names)
        }
    }

    @Test("A video autoencoder is the same in both layouts, and its names go there and back")
    func videoAutoencoderLayouts() throws {
        for folder in try Self.pairs("vae") {
            let single = try Checkpoint.load(.videoAutoencoder, from: folder + "/ltx.safetensors")
            let diffusers = try Checkpoint.load(.videoAutoencoder, from: folder)
            // bf16 statistics of the one are fp32 in the other, and three tensors exist in LTX files only.
            #expect(
                diffusers.names
                    == single.names.filter {
                        !$0.hasPrefix("per_channel_statistics.") || $0.hasSuffix(".mean-of-means")
                            || $0.hasSuffix(".std-of-means") && !$0.hasSuffix("over_std-of-means")
                    })
            for name in diffusers.names {
                #expect(single.info(name)?.shape == diffusers.info(name)?.shape, "\(name)")
                expectClose(try diffusers.floats(name), try single.floats(name), tolerance: 0.01, name)
            }
            let names = try VideoAutoencoderNames(config: diffusers.config, path: folder)
            for name in diffusers.names {
                let stored = try #require(diffusers.info(name)?.name)
                #expect(names.ltxName(stored) == name)
                #expect(names.diffusersName(name) == stored)
            }
        }
    }

    @Test("Transformer names go there and back")
    func transformerNames() throws {
        let pairs = [
            ("patchify_proj.weight", "proj_in.weight"),
            ("adaln_single.emb.timestep_embedder.linear_1.bias", "time_embed.emb.timestep_embedder.linear_1.bias"),
            ("transformer_blocks.3.attn1.q_norm.weight", "transformer_blocks.3.attn1.norm_q.weight"),
            ("transformer_blocks.27.attn2.k_norm.weight", "transformer_blocks.27.attn2.norm_k.weight"),
            ("transformer_blocks.0.attn1.to_out.0.bias", "transformer_blocks.0.attn1.to_out.0.bias"),
            ("proj_out.weight", "proj_out.weight"),
        ]
        for (ltx, diffusers) in pairs {
            #expect(TransformerNames.ltxName(diffusers) == ltx)
            #expect(TransformerNames.diffusersName(ltx) == diffusers)
        }
    }

    /// diffusers block to LTX block of the three published families, with the configuration each follows from.
    private static let families: [(config: String, blocks: [(diffusers: String, ltx: String)])] = [
        (
            """
            {"block_out_channels":[128,256,512,512],"down_block_types":["LTXVideoDownBlock3D"],\
            "spatio_temporal_scaling":[true,true,true,false],"decoder_block_out_channels":[256,512,1024],\
            "decoder_spatio_temporal_scaling":[true,true,true],"upsample_factor":[2,2,2]}
            """,
            [
                ("encoder.down_blocks.0.conv_out.norm3.weight", "encoder.down_blocks.2.norm3.norm.weight"),
                ("encoder.down_blocks.2.downsamplers.0.conv.bias", "encoder.down_blocks.7.conv.bias"),
                (
                    "encoder.down_blocks.3.resnets.1.conv1.conv.bias",
                    "encoder.down_blocks.8.res_blocks.1.conv1.conv.bias"
                ),
                ("encoder.mid_block.resnets.0.conv2.conv.bias", "encoder.down_blocks.9.res_blocks.0.conv2.conv.bias"),
                (
                    "decoder.mid_block.resnets.4.per_channel_scale1",
                    "decoder.up_blocks.0.res_blocks.4.per_channel_scale1"
                ),
                ("decoder.up_blocks.1.upsamplers.0.conv.conv.bias", "decoder.up_blocks.3.conv.conv.bias"),
                (
                    "decoder.up_blocks.2.time_embedder.timestep_embedder.linear_1.bias",
                    "decoder.up_blocks.6.time_embedder.timestep_embedder.linear_1.bias"
                ),
                (
                    "decoder.time_embedder.timestep_embedder.linear_2.weight",
                    "decoder.last_time_embedder.timestep_embedder.linear_2.weight"
                ),
                ("decoder.scale_shift_table", "decoder.last_scale_shift_table"),
            ]
        ),
        (
            """
            {"block_out_channels":[128,256,512,1024,2048],"down_block_types":["LTXVideo095DownBlock3D"],\
            "spatio_temporal_scaling":[true,true,true,true],"decoder_block_out_channels":[256,512,1024],\
            "decoder_spatio_temporal_scaling":[true,true,true],"upsample_factor":[2,2,2]}
            """,
            [
                (
                    "encoder.down_blocks.1.resnets.5.conv1.conv.bias",
                    "encoder.down_blocks.2.res_blocks.5.conv1.conv.bias"
                ),
                ("encoder.down_blocks.3.downsamplers.0.conv.conv.bias", "encoder.down_blocks.7.conv.conv.bias"),
                ("encoder.mid_block.resnets.1.conv1.conv.bias", "encoder.down_blocks.8.res_blocks.1.conv1.conv.bias"),
                ("encoder.conv_in.conv.bias", "encoder.conv_in.conv.bias"),
                ("latents_std", "per_channel_statistics.std-of-means"),
            ]
        ),
        (
            """
            {"block_out_channels":[128,256,512,512],"down_block_types":["LTXVideoDownBlock3D"],\
            "spatio_temporal_scaling":[true,true,true,false],"decoder_block_out_channels":[128,256,512,512],\
            "decoder_spatio_temporal_scaling":[true,true,true,false],"upsample_factor":[1,1,1,1]}
            """,
            [
                ("decoder.up_blocks.0.resnets.3.conv1.conv.bias", "decoder.up_blocks.1.res_blocks.3.conv1.conv.bias"),
                ("decoder.up_blocks.2.conv_in.conv_shortcut.conv.weight", "decoder.up_blocks.4.conv_shortcut.weight"),
                ("decoder.up_blocks.2.upsamplers.0.conv.conv.weight", "decoder.up_blocks.5.conv.conv.weight"),
                ("decoder.up_blocks.3.resnets.0.conv1.conv.bias", "decoder.up_blocks.9.res_blocks.0.conv1.conv.bias"),
            ]
        ),
    ]

    @Test("Block names of the published autoencoder families go there and back", arguments: 0..<families.count)
    func familyNames(index: Int) throws {
        let family = Self.families[index]
        let names = try VideoAutoencoderNames(config: JSONReader.read(family.config), path: "config.json")
        for (diffusers, ltx) in family.blocks {
            #expect(names.ltxName(diffusers) == ltx)
            #expect(names.diffusersName(ltx) == diffusers)
        }
    }

    @Test(
        "An autoencoder configuration without usable lists is refused",
        arguments: [
            "{}", #"{"block_out_channels":[]}"#, #"{"block_out_channels":[8],"spatio_temporal_scaling":[]}"#,
            #"{"block_out_channels":[8],"spatio_temporal_scaling":[true],"upsample_factor":[0]}"#,
            #"{"block_out_channels":["8"],"spatio_temporal_scaling":[true]}"#,
        ])
    func refusesBadLists(config: String) throws {
        let value = try JSONReader.read(config)
        #expect(throws: WeightError.self) { try VideoAutoencoderNames(config: value, path: "config.json") }
    }

    @Test("A sharded text encoder is the single one")
    func shards() throws {
        let golden = try GoldenSet.current.cases(kind: "t5_encode").first { $0.weights.count > 1 }
        guard let golden else { return }
        let checkpoints = try golden.weights.map { try Checkpoint.load(.textEncoder, from: $0) }
        for other in checkpoints.dropFirst() { try expectSame(checkpoints[0], other) }
        #expect(checkpoints[0].contains("shared.weight"))
    }

    @Test("All offending tensors are named in one error")
    func verification() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(SafetensorsBytes.valid.bytes, to: "x.safetensors")
        let checkpoint = try Checkpoint.load(file: SafetensorsFile(path: path))
        try checkpoint.verify(expected: ["a": [2], "b": [1, 3]])
        try checkpoint.verify(expected: ["a": [2]], optional: ["b": [1, 3], "z": [9]])
        try checkpoint.verify(expected: ["a": [2]]) { $0 == "b" }
        let error = #expect(throws: WeightError.self) {
            try checkpoint.verify(expected: ["a": [3], "c": [1], "d": []])
        }
        #expect(
            error
                == .mismatch(
                    path: path, missing: ["c", "d"], unexpected: ["b"],
                    misshapen: [.init(tensor: "a", expected: [3], actual: [2])]))
        let text = error?.description ?? ""
        for part in ["missing: c, d", "unexpected: b", "a has shape [2], not [3]"] { #expect(text.contains(part)) }
    }

    @Test("A component or a configuration that is not there is said to be missing")
    func missingParts() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(SafetensorsBytes.valid.bytes, to: "x.safetensors")
        let component = #expect(throws: WeightError.self) { try Checkpoint.load(.transformer, from: path) }
        #expect(component?.description.contains("holds no transformer") == true)
        let config = #expect(throws: WeightError.self) { try Checkpoint.load(.latentUpsampler, from: path) }
        #expect(config?.description.contains("no config") == true)
        let empty = #expect(throws: WeightError.self) { try Checkpoint.load(.textEncoder, from: folder.path) }
        #expect(empty?.description.contains("config.json is missing") == true)
        let file = #expect(throws: WeightError.self) { try Checkpoint.load(.textEncoder, from: path) }
        #expect(file?.description.contains("text encoder") == true)
    }

    /// Indexes that cannot be used, and a part of the message.
    private static let badIndexes: [(text: String, message: String)] = [
        ("{}", "no weight_map"),
        (#"{"weight_map":{}}"#, "no weight_map"),
        (#"{"weight_map":{"a":"../x.safetensors"}}"#, "plain file name"),
        (#"{"weight_map":{"a":3}}"#, "plain file name"),
        (#"{"weight_map":{"a":"gone.safetensors"}}"#, "gone.safetensors is missing"),
        (#"{"weight_map":{"z":"x.safetensors"}}"#, "does not hold the tensor z"),
        ("nonsense", "not valid JSON"),
    ]

    @Test("An index that cannot be followed is refused", arguments: badIndexes)
    func refusesBadIndex(text: String, message: String) throws {
        let folder = try TemporaryDirectory()
        _ = try folder.write(Data("{}".utf8), to: "config.json")
        _ = try folder.write(SafetensorsBytes.valid.bytes, to: "x.safetensors")
        _ = try folder.write(Data(text.utf8), to: "model.safetensors.index.json")
        let error = #expect(throws: WeightError.self) { try Checkpoint.load(.textEncoder, from: folder.path) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test("A folder that holds one tensor under both layouts' names is refused")
    func refusesTwoNames() throws {
        let folder = try TemporaryDirectory()
        _ = try folder.write(Data("{}".utf8), to: "config.json")
        let tensor = Tensor([1], shape: [1])
        try SafetensorsWriter.write(
            [.init("proj_in.bias", tensor), .init("patchify_proj.bias", tensor)],
            to: folder.path("diffusion_pytorch_model.safetensors"))
        let error = #expect(throws: WeightError.self) { try Checkpoint.load(.transformer, from: folder.path) }
        #expect(error?.description.contains("same weights as patchify_proj.bias") == true)
    }

    @Test("Either or both names of the T5 embedding are one tensor, and unnamed shards stay closed")
    func embeddingNames() throws {
        let folder = try TemporaryDirectory()
        _ = try folder.write(Data("{}".utf8), to: "config.json")
        let embedding = Tensor([1, 2], shape: [1, 2])
        try SafetensorsWriter.write(
            [.init("encoder.embed_tokens.weight", embedding), .init("left.over", embedding)],
            to: folder.path("part.safetensors"))
        _ = try folder.write(Data("garbage".utf8), to: "other.safetensors")
        let index = #"{"weight_map":{"encoder.embed_tokens.weight":"part.safetensors"}}"#
        _ = try folder.write(Data(index.utf8), to: "model.safetensors.index.json")
        let checkpoint = try Checkpoint.load(.textEncoder, from: folder.path)
        #expect(checkpoint.names == ["shared.weight"])
        #expect(try checkpoint.tensor("shared.weight").values == [1, 2])
    }
}
