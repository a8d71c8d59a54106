import Foundation
import Generation
import Testing
import VideoIO
import WeightFiles

extension GenerationTests {
    @Suite("Models") struct ModelFilesTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        /// The refusal of a draft with a model.
        private func refusal(_ model: String) async throws -> GenerationError {
            let request = place.draft(.small().with { $0.model = model })
            let error = try #require(await JobRun.error(of: place.engine().draft(request)))
            #expect(error.exitCode == 3, "\(error)")
            #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(!place.names().contains("draft"))
            return error
        }

        @Test("the bundled model is found from any folder, listed, described and sound") func bundled() throws {
            let catalog = ModelCatalog(userFolder: nil)
            let model = try catalog.find("nano")
            #expect(model.isBundled && model.reference == "nano" && catalog.list().contains(model))
            #expect(model.highResolution?.lastPathComponent == "ltx-nano-hr.safetensors")
            #expect(try catalog.verify(model).allSatisfy { $0.sha256.count == 64 })
            #expect(
                try catalog.inspect(model).parts.map(\.name) == [
                    "transformer", "HR transformer", "video autoencoder", "text encoder",
                ])
        }

        @Test("a model given by path is found again from another folder") func byPath() async throws {
            let model = try ModelCopy(in: place)
            let run = try await JobRun(
                place.engine().draft(place.draft(.small().with { $0.model = model.folder.path + "/" })))
            #expect(try run.result.recipe.model == model.folder.path)
            let bundled = try await JobRun(place.engine().draft(place.draft(.small(), "bundled")))
            #expect(try run.result.latentSHA256 == bundled.result.latentSHA256)
        }

        @Test("a model that is not there is named, with those that are") func missing() async throws {
            let error = try await refusal("no such\u{1B}[2J\u{202E}model")
            #expect(error.description.contains("nano") && error.description.contains("no such?[2J?model"))
            #expect(try await refusal(place.folder("nowhere").path).description.contains("nowhere"))
        }

        @Test("a folder without a model is named") func emptyFolder() async throws {
            try FileManager.default.createDirectory(at: place.folder("empty"), withIntermediateDirectories: true)
            #expect(try await refusal(place.folder("empty").path).description.contains("There is no model in"))
        }

        @Test("a model without a text encoder or tokenizer says where they were looked for")
        func withoutText() async throws {
            let model = try ModelCopy(in: place)
            try model.remove("tokenizer")
            #expect(try await refusal(model.folder.path).description.contains("tokenizer/spiece.model"))
            try model.remove("text_encoder")
            let error = try await refusal(model.folder.path)
            #expect(error.description.contains("has no text encoder: looked for text_encoder/"))
        }

        @Test("damaged files are named", arguments: ["ltx-nano.safetensors", "ltx-nano-hr.safetensors"])
        func truncated(_ file: String) async throws {
            let model = try ModelCopy(in: place)
            let data = try Data(contentsOf: ModelCopy.bundled.appending(path: file))
            try model.write(data.prefix(data.count - 1000), to: file)
            let error = try await refusal(model.folder.path)
            #expect(error.description.contains(file) && error.description.contains("\(data.count - 1000) bytes"))
            try model.write(Data("garbage".utf8), to: file)
            #expect(try await refusal(model.folder.path).description.contains(file))
        }

        @Test("a damaged tokenizer is named") func badTokenizer() async throws {
            let model = try ModelCopy(in: place)
            try model.remove("tokenizer")
            try model.write(Data("garbage".utf8), to: "tokenizer/spiece.model")
            #expect(try await refusal(model.folder.path).description.contains("spiece.model"))
        }

        @Test("missing, unexpected and misshapen tensors are all named") func wrongTensors() async throws {
            let model = try ModelCopy(in: place)
            let prefix = "model.diffusion_model."
            try model.rewrite("ltx-nano.safetensors") { entries, _ in
                let moved = try #require(entries.firstIndex { $0.name == prefix + "proj_out.bias" })
                entries[moved].name = prefix + "extra.bias"
                let a = try #require(entries.firstIndex { $0.name == prefix + "patchify_proj.bias" })
                let b = try #require(entries.firstIndex { $0.name == prefix + "scale_shift_table" })
                (entries[a].tensor, entries[b].tensor) = (entries[b].tensor, entries[a].tensor)
            }
            let catalog = ModelCatalog(userFolder: place.url)
            for text in [
                await JobRun.error(
                    of: place.engine().draft(place.draft(.small().with { $0.model = model.folder.path })))?
                    .description,
                #expect(throws: GenerationError.self) { try catalog.verify(catalog.find("model")) }?.description,
            ] {
                let text = try #require(text)
                for part in ["proj_out.bias", "extra.bias", "patchify_proj.bias", "scale_shift_table"] {
                    #expect(text.contains(part), "\(text)")
                }
            }
        }

        @Test("parts of different models are refused") func otherParts() async throws {
            let model = try ModelCopy(in: place)
            try model.rewrite("ltx-nano.safetensors") { _, metadata in
                metadata["config"] = metadata["config"]?.replacingOccurrences(
                    of: #""caption_channels": 192"#, with: #""caption_channels": 64"#)
            }
            #expect(try await refusal(model.folder.path).description.contains("do not belong together"))
        }

        @Test("an unreadable scheduler configuration is a sentence") func scheduler() async throws {
            let folder = try ModelCopy.diffusers(in: place)
            try Data("[]".utf8).write(to: folder.appending(path: "scheduler/scheduler_config.json"))
            #expect(try await refusal(folder.path).description.contains("scheduler"))
        }

        @Test("the same weights in the diffusers layout make the same draft, and a commit") func diffusers()
            async throws
        {
            let folder = try ModelCopy.diffusers(in: place)
            let engine = place.engine()
            let run = try await JobRun(engine.draft(place.draft(.small().with { $0.model = folder.path })))
            let single = try await JobRun(engine.draft(place.draft(.small(), "single")))
            #expect(try run.result.latentSHA256 == single.result.latentSHA256)
            #expect(run.previews(.decoded).first?.frames == single.previews(.decoded).first?.frames)
            _ = try await JobRun(engine.commit(place.commit())).result
            #expect(try VideoReader(path: place.url.appending(path: "commit.mp4").path).frames().count == 9)
        }
    }
}
