import Foundation
import Generation
import Kernels
import Models
import Testing
import WeightFiles

extension GenerationTests {
    @Suite("Memory plan") struct MemoryPlanTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private func term(_ plan: GenerationPlan, _ stage: Stage, _ name: String) throws -> Int {
            let peak = try #require(plan.stages.first { $0.stage == stage })
            return try #require(peak.terms.first { $0.name == name }).bytes
        }

        @Test("names every stage, and the main job stays under 6 GiB") func mainJob() async throws {
            let recipe = Recipe(
                prompt: "x", lr: PassSettings(size: VideoSize(width: 512, height: 288), steps: 18, guidance: 4),
                hr: PassSettings(size: VideoSize(width: 2560, height: 1440), steps: 6, guidance: 1))
            for precision in Precision.allCases {
                let plan = try await place.engine().plan(recipe.with { $0.precision = precision })
                #expect(Set(plan.stages.map(\.stage)) == Set(Stage.allCases))
                #expect(plan.lrTokens == 576 && plan.hrTokens == 14400)
                #expect(plan.peakBytes < 6 << 30, "\(precision): \(plan.peakBytes)")
                #expect(plan.availableBytes > 0 && plan.hrFlopsPerCall > plan.lrFlopsPerCall)
            }
        }

        @Test("covers the buffers that are made", arguments: Precision.allCases, ["512x288", "1024x576", "2560x1440"])
        func buffers(_ precision: Precision, _ size: String) async throws {
            let size = try #require(VideoSize(size))
            let recipe = Recipe.small(precision: precision).with {
                $0.frames = 25
                $0.hr.size = size
            }
            let plan = try await place.engine().plan(recipe)
            let file = try ModelCopy.bundled.appending(path: "ltx-nano-hr.safetensors")
            let checkpoint = try Checkpoint.load(.transformer, from: file.path)
            let turbo2k = try Turbo2KConfiguration(try #require(checkpoint.fileConfig["turbo2k"]))
            let executor = try VideoTransformerExecutor(
                checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config), turbo2k: turbo2k,
                precision: precision, parallel: Parallel(threadCount: 2))
            let weights = try term(plan, .hr, "commit weights")
            #expect(weights >= executor.weightBytes && weights < executor.weightBytes * 5 / 4 + 1 << 20)
            let workspace = executor.workspace(tokenCount: plan.hrTokens).byteCount
            let activations = try term(plan, .hr, "activations")
            #expect(activations >= workspace && activations < workspace * 2 + 16 << 20)
        }

        @Test("counts what a pass keeps in order to compute less") func savings() async throws {
            let recipe = Recipe.small().with {
                $0.frames = 25
                $0.hr.size = VideoSize(width: 1024, height: 576)
                $0.hr.guidance = 3
            }
            let plain = try await place.engine().plan(recipe)
            let saving = try await place.engine().plan(
                recipe.with {
                    $0.hr.coverage = 0.9
                    $0.hr.stepCache = 0.2
                })
            let checkpoint = try Checkpoint.load(
                .transformer, from: try ModelCopy.bundled.appending(path: "ltx-nano-hr.safetensors").path)
            let configuration = try VideoTransformerConfiguration(checkpoint.config)
            let choices = AttentionSparsity(configuration: configuration, tokenCount: plain.hrTokens, coverage: 0.9)
            let cache = BlockCache(configuration: configuration, tokenCount: plain.hrTokens)
            #expect(try term(saving, .hr, "attention choices") == choices.byteCount)
            // One for each of the two evaluations of a guided step.
            #expect(try term(saving, .hr, "step cache") == 2 * cache.byteCount)
            #expect(try term(saving, .features, "features in another order") > 0)
            #expect(plain.stages.allSatisfy { stage in stage.terms.allSatisfy { $0.name != "step cache" } })
        }

        @Test("covers the decoder's weights and frames", arguments: [Precision.fp32, .bf16], ["256x192", "768x416"])
        func decoder(_ precision: Precision, _ size: String) async throws {
            let size = try #require(VideoSize(size))
            let plan = try await place.engine().plan(
                Recipe.small(precision: precision).with {
                    $0.frames = 25
                    $0.hr.size = size
                })
            let file = try ModelCopy.bundled.appending(path: "ltx-nano.safetensors")
            let checkpoint = try Checkpoint.load(.videoAutoencoder, from: file.path)
            let decoder = try VideoDecoderExecutor(
                checkpoint, configuration: VideoAutoencoderConfiguration(checkpoint.config), precision: precision,
                parallel: Parallel(threadCount: 2))
            let weights = try term(plan, .decode, "decoder weights")
            #expect(weights >= decoder.weightBytes * 19 / 20 && weights < decoder.weightBytes * 5 / 4 + 1 << 20)
            let (rows, columns) = (size.height / 32, size.width / 32)
            let stream = decoder.stream(rows: rows, columns: columns)
            let latent = [Float](repeating: 0.1, count: 48 * rows * columns)
            for _ in 0..<4 { try stream.push(latent, rows: rows, columns: columns) { _ in } }
            try stream.finish { _ in }
            let frames = try term(plan, .decode, "decoder frames")
            #expect(
                frames >= stream.activationBytes && frames < stream.activationBytes * 3,
                "\(frames) planned, \(stream.activationBytes) made")
        }

        @Test("is kept by a real job", .enabled(if: ResidentMemory.canReset))
        func kept() async throws {
            let recipe = Recipe.small(precision: nil).with {
                $0.frames = 25
                $0.lr.size = VideoSize(width: 256, height: 160)
                $0.hr.size = VideoSize(width: 1024, height: 640)
                $0.hr.steps = 1
            }
            let engine = place.engine()
            let plan = try await engine.plan(recipe)
            let before = ResidentMemory.now
            ResidentMemory.resetPeak()
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            _ = try await JobRun(engine.commit(place.commit(recipe.hr))).result
            // Of the plan's share for the program, what is not resident yet may come while the job runs.
            let planned = plan.peakBytes + max(0, before - (try term(plan, .hr, "program")))
            #expect(
                ResidentMemory.peak <= planned,
                "reached \(ResidentMemory.peak >> 20) MiB from \(before >> 20), planned \(planned >> 20)")
        }
    }
}

/// This process's resident memory, from the system.
private enum ResidentMemory {
    static var now: Int { value("VmRSS:") }
    static var peak: Int { value("VmHWM:") }

    static let canReset: Bool = {
        resetPeak()
        return peak > 0 && FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")
    }()

    /// Lets the peak start again from what is resident now.
    static func resetPeak() {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    private static func value(_ key: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
