import Diffusion
import Foundation
import Generation
import Kernels
import Testing
import VideoIO

extension GenerationTests {
    @Suite("Drafts") struct DraftTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        @Test("a draft tells all it does, in order") func events() async throws {
            let run = try await JobRun(place.engine().draft(place.draft(output: "out.mp4")))
            #expect(run.stagesStarted == [.load, .text, .lr, .decode, .encode])
            #expect(run.stagesFinished == run.stagesStarted)
            #expect(run.steps.map(\.number) == [1, 2])
            #expect(run.steps.allSatisfy { $0.count == 2 && $0.pass == .lr && $0.calls == 2 && $0.tokens == 24 })
            #expect(run.steps[0].sigma == 1 && run.steps[0].x0Change == nil && run.steps[1].x0Change != nil)
            #expect(run.steps.allSatisfy { $0.seconds > 0 && $0.linear > 0 && $0.attention > 0 })
            #expect(run.savedSteps == [1])
            #expect(run.parts(of: .decode) == Array(1...9))
            #expect(run.parts(of: .encode) == Array(1...9))
            #expect(run.previews(.decoded).map(\.frames.count) == [9])
            let result = try run.result
            #expect(result.kind == .draft && result.steps == run.steps)
            #expect(Set(result.stageSeconds.keys) == Set(run.stagesStarted))
            #expect(result.seconds > 0 && result.peakBytes > 0 && result.recipe.precision == .fp32)
            #expect(result.weightsSHA256.count == 64 && result.latentSHA256.count == 64)
        }

        @Test("a draft's folder keeps what a commit needs, and a clip and a still") func files() async throws {
            var request = place.draft(output: "out.mp4")
            request.output?.comment = { "\($0.weightsSHA256) \($0.recipe.prompt)" }
            request.output?.title = "a title"
            let run = try await JobRun(place.engine().draft(request))
            #expect(
                place.names("draft") == [
                    "clip.mp4", "draft.safetensors", "poster.png", "recipe.json", "still-first.png", "still-last.png",
                ])
            #expect(place.names() == ["cache", "draft", "out.mp4"])
            let json = try Data(contentsOf: place.folder("draft").appending(path: "recipe.json"))
            #expect(try JSONDecoder().decode(Recipe.self, from: json) == run.result.recipe)
            for name in ["out.mp4", "draft/clip.mp4"] {
                let reader = try VideoReader(path: place.url.appending(path: name).path)
                #expect(reader.width == 128 && reader.height == 96)
                #expect(try reader.frames().count == 9)
            }
            let metadata = try ContainerMetadata(readingFrom: place.url.appending(path: "out.mp4").path)
            let comment = try "\(run.result.weightsSHA256) \(run.result.recipe.prompt)"
            #expect(metadata.comment == comment && metadata.title == "a title")
            let stills = try DraftFolder.stillNames.map {
                try ImageFile.read(place.folder("draft").appending(path: $0).path)
            }
            #expect(stills.map(\.width) == [128, 128, 128] && stills[0].pixels != stills[2].pixels)
        }

        @Test("a draft without an output still has its clip") func noOutput() async throws {
            let run = try await JobRun(place.engine().draft(place.draft()))
            #expect(try run.result.file == nil)
            let reader = try VideoReader(path: place.folder("draft").appending(path: "clip.mp4").path)
            #expect(try reader.frames().count == 9)
        }

        @Test("one seed gives one latent, in any engine and on any number of threads") func sameSeed() async throws {
            let engine = place.engine()
            let first = try await JobRun(engine.draft(place.draft(.small(), "a"))).result
            let again = try await JobRun(engine.draft(place.draft(.small(), "b"))).result
            let elsewhere = try await JobRun(place.engine(threads: 1).draft(place.draft(.small(), "c"))).result
            let more = try await JobRun(place.engine(threads: 5).draft(place.draft(.small(), "d"))).result
            #expect(Set([first, again, elsewhere, more].map(\.latentSHA256)).count == 1)
            #expect(try place.latent("a") == place.latent("d"))
        }

        @Test("seed, prompt, guidance, steps and shift each change the latent") func differences() async throws {
            let engine = place.engine()
            let recipes: [Recipe] = [
                .small(), .small(seed: 8), .small("a city at night"), .small(steps: 3),
                .small().with { $0.lr.guidance = 1 }, .small().with { $0.lr.guidance = 2 },
                .small().with { $0.lr.shift = 5 }, .small().with { $0.negative = "snow" },
            ]
            var digests: Set<String> = []
            for (index, recipe) in recipes.enumerated() {
                digests.insert(
                    try await JobRun(engine.draft(place.draft(recipe, "\(index)"))).result.latentSHA256)
            }
            #expect(digests.count == recipes.count)
        }

        @Test("without guidance a step is one evaluation, and the negative prompt means nothing")
        func guidanceOff() async throws {
            let engine = place.engine()
            let plain = Recipe.small().with { $0.lr.guidance = 1 }
            let run = try await JobRun(engine.draft(place.draft(plain, "a")))
            #expect(run.steps.map(\.calls) == [1, 1])
            let other = try await JobRun(engine.draft(place.draft(plain.with { $0.negative = "snow" }, "b")))
            #expect(try run.result.latentSHA256 == other.result.latentSHA256)
        }

        @Test("without a shift the model's own schedule is used") func ownSchedule() async throws {
            // The bundled model's scheduler is "Constant" with shift ln 2: the same levels as a shift of 2.
            let run = try await JobRun(place.engine().draft(place.draft(.small(steps: 4).with { $0.lr.shift = nil })))
            let expected = [4.0, 3, 2, 1].map { 2 * ($0 / 4) / (1 + $0 / 4) }
            for (step, level) in zip(run.steps, expected) { #expect(abs(Double(step.sigma) - level) < 1e-6) }
            #expect(run.steps.count == 4)
        }

        @Test("bf16 stays near fp32") func precision() async throws {
            let exact = try await JobRun(place.engine().draft(place.draft(.small(steps: 4), "a")))
            let short = try await JobRun(
                place.engine().draft(place.draft(.small(steps: 4, precision: .bf16), "b")))
            #expect(try exact.result.latentSHA256 != short.result.latentSHA256)
            #expect(try short.result.recipe.precision == .bf16)
            let ratio = try signalToNoise(exact, short)
            #expect(ratio > 25, "PSNR \(ratio) dB")
        }

        private func signalToNoise(_ a: JobRun, _ b: JobRun) throws -> Double {
            func clip(_ run: JobRun) throws -> ByteClip {
                let frames = try #require(run.previews(.decoded).first).frames
                return ByteClip(
                    frames: frames.count, height: frames[0].height, width: frames[0].width,
                    bytes: frames.flatMap(\.pixels))
            }
            return SignalToNoise.overall(try clip(a), try clip(b))
        }

        @Test("a prompt of 10,000 characters is read as far as the model reads") func longPrompt() async throws {
            let engine = place.engine()
            let long = String(repeating: "a red sailboat on the lake, ", count: 358)
            #expect(long.count > 10_000)
            let first = try await JobRun(engine.draft(place.draft(.small(long), "a"))).result
            let other = try await JobRun(engine.draft(place.draft(.small(long + "at night"), "b"))).result
            #expect(first.latentSHA256 == other.latentSHA256)
        }

        @Test("control characters in a prompt do no harm") func controls() async throws {
            let run = try await JobRun(
                place.engine().draft(place.draft(.small("a boat\u{1B}[2J\u{0}\u{7F} e\u{301}漢"))))
            #expect(try run.result.recipe.prompt.contains("\u{1B}"))
        }

        @Test("the second draft shows its estimates, and the last one resembles the decoded clip")
        func previews() async throws {
            let recipe = Recipe.small(steps: 4).with {
                $0.lr.size = VideoSize(width: 256, height: 192)
                $0.hr.size = VideoSize(width: 512, height: 384)
                $0.frames = 17
            }
            let engine = place.engine()
            let first = try await JobRun(engine.draft(place.draft(recipe, "a")))
            #expect(first.previews(.map).isEmpty)
            let second = try await JobRun(engine.draft(place.draft(recipe, "b")))
            let shown = try #require(second.previews(.map).last)
            #expect(shown.frames.count == 3 && shown.frames[0].width == 64 && shown.frames[0].height == 48)
            #expect(shown.fps == 3)
            let decoded = try #require(second.previews(.decoded).first).frames[9].resized(toWidth: 64, height: 48)
            // The first estimate differs much from the clip; its colours are the clip's all the same.
            func mean(_ frame: VideoFrame) -> Double {
                Double(frame.pixels.reduce(0) { $0 + Int($1) }) / Double(frame.pixels.count)
            }
            #expect(abs(mean(shown.frames[1]) - mean(decoded)) < 40)
        }

        @Test("a cache folder that cannot be written is done without") func noCache() async throws {
            try Data().write(to: place.cache)
            let run = try await JobRun(place.engine().draft(place.draft()))
            #expect(try run.result.latentSHA256.count == 64)
        }

        @Test("the tokens of a prompt are counted") func tokens() async throws {
            let engine = place.engine()
            let none = try await engine.tokenCount(of: "", model: "nano")
            let some = try await engine.tokenCount(of: "a red sailboat", model: "nano")
            #expect(none.used == 1 && some.used > 3 && some.limit == 256)
        }
    }
}
