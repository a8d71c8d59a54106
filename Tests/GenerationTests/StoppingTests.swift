import Foundation
import Generation
import Tensors
import TestSupport
import Testing
import WeightFiles

extension GenerationTests {
    @Suite("Stopping and resuming") struct StoppingTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private var long: Recipe {
            .small(steps: 400).with {
                $0.hr.steps = 400
                $0.frames = 33
            }
        }

        /// Runs a job until an event, cancels it there, and waits for the engine to be free again.
        ///
        /// - Returns: seconds from cancelling to the engine's being free.
        private func stop(
            _ engine: GenerationEngine, _ stream: AsyncThrowingStream<GenerationEvent, any Error>,
            when reached: @escaping @Sendable (GenerationEvent) -> Bool
        ) async throws -> Double {
            let job = Task {
                var wasReached = false
                for try await event in stream {
                    if case .finished = event { return false }
                    guard !wasReached, reached(event) else { continue }
                    wasReached = true
                    withUnsafeCurrentTask { $0?.cancel() }
                }
                return wasReached
            }
            let wasReached = try await job.value
            #expect(wasReached)
            let start = ContinuousClock.now
            // The engine runs one job at a time: this one is refused when the stopped one has ended.
            let next = await JobRun.error(of: engine.commit(place.commit(of: "none")))
            #expect(next?.exitCode == 10)
            return (ContinuousClock.now - start) / .seconds(1)
        }

        private func hasPart(_ folder: String = "") -> Bool {
            place.names(folder).contains { $0.contains(".part") || $0.hasSuffix(".mp4") }
        }

        @Test("a draft stops between blocks, keeps its last step and goes on from there")
        func draft() async throws {
            let engine = place.engine()
            let recipe = Recipe.small(steps: 60)
            let whole = try await JobRun(engine.draft(place.draft(recipe, "whole"))).result
            let seconds = try await stop(engine, engine.draft(place.draft(recipe, output: "out.mp4"))) {
                if case .stateSaved(_, let step, _) = $0 { step >= 3 } else { false }
            }
            #expect(seconds < 1)
            #expect(!hasPart() && !hasPart("draft"))
            let names = place.names("draft").filter { $0 != "state-previous.safetensors" }
            #expect(names == ["recipe.json", "state.safetensors"])
            let state = try SafetensorsFile(path: place.folder("draft").appending(path: "state.safetensors").path)
            let step = try #require(state.metadata["step"].flatMap(Int.init))
            let run = try await JobRun(place.engine().draft(place.draft(recipe, output: "out.mp4")))
            #expect(run.steps.map(\.number) == Array(step + 1...60))
            #expect(try run.result.latentSHA256 == whole.latentSHA256)
            #expect(
                place.names("draft") == [
                    "clip.mp4", "draft.safetensors", "poster.png", "recipe.json", "still-first.png", "still-last.png",
                ])
        }

        @Test("a job whose step is to be its last ends with the state of that step, and goes on behind it")
        func stepEnd() async throws {
            let recipe = Recipe.small(steps: 60)
            let whole = try await JobRun(place.engine().draft(place.draft(recipe, "whole"))).result
            let request = place.draft(recipe)
            request.stepEnd.ask()
            var (steps, saved): ([Int], [Int]) = ([], [])
            await #expect(throws: CancellationError.self) {
                for try await event in place.engine().draft(request) {
                    if case .stepFinished(let step) = event { steps.append(step.number) }
                    if case .stateSaved(_, let step, _) = event { saved.append(step) }
                }
            }
            #expect(steps == [1] && saved == [1])
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(run.steps.map(\.number) == Array(2...60))
            #expect(try run.result.latentSHA256 == whole.latentSHA256)
        }

        @Test("a stopped commit keeps the draft, and goes on to the same latent") func commit() async throws {
            let engine = place.engine()
            let recipe = Recipe.small().with { $0.hr.steps = 40 }
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            let before = try Data(contentsOf: place.folder("draft").appending(path: "draft.safetensors"))
            let whole = try await JobRun(engine.commit(place.commit(recipe.hr, "whole", output: "whole.mp4"))).result
            let seconds = try await stop(engine, engine.commit(place.commit(recipe.hr))) {
                if case .stateSaved(.hr, let step, _) = $0 { step >= 3 } else { false }
            }
            #expect(seconds < 1)
            #expect(place.names() == ["cache", "commit", "draft", "whole", "whole.mp4"])
            #expect(try Data(contentsOf: place.folder("draft").appending(path: "draft.safetensors")) == before)
            let state = try SafetensorsFile(path: place.folder("commit").appending(path: "state.safetensors").path)
            let step = try #require(state.metadata["step"].flatMap(Int.init))
            #expect((3..<40).contains(step))
            let run = try await JobRun(place.engine().commit(place.commit(recipe.hr)))
            #expect(run.steps.map(\.number) == Array(step + 1...40))
            #expect(try run.result.latentSHA256 == whole.latentSHA256)
            #expect(place.names("commit") == ["recipe.json"])
        }

        @Test("a commit stopped while it decodes runs no step again") func decoding() async throws {
            let engine = place.engine()
            let recipe = Recipe.small().with { $0.frames = 129 }
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            let seconds = try await stop(engine, engine.commit(place.commit(recipe.hr))) {
                if case .partsFinished(.decode, let parts, _) = $0 { parts >= 2 } else { false }
            }
            #expect(seconds < 1)
            #expect(!hasPart())
            let run = try await JobRun(engine.commit(place.commit(recipe.hr)))
            #expect(run.steps.isEmpty && run.parts(of: .decode).count == 129)
            #expect(place.names().contains("commit.mp4"))
        }

        @Test("a draft stopped while it decodes keeps the draft for a commit") func draftDecoding() async throws {
            let engine = place.engine()
            let recipe = Recipe.small().with { $0.frames = 129 }
            let seconds = try await stop(engine, engine.draft(place.draft(recipe, output: "out.mp4"))) {
                if case .partsFinished(.decode, let parts, _) = $0 { parts >= 2 } else { false }
            }
            #expect(seconds < 1)
            #expect(!hasPart() && place.names("draft").contains("draft.safetensors"))
            let before = try place.latent()
            let run = try await JobRun(place.engine().draft(place.draft(recipe, output: "out.mp4")))
            #expect(run.steps.isEmpty && run.parts(of: .decode).count == 129)
            #expect(try place.latent() == before && place.names().contains("out.mp4"))
        }

        /// A stopped draft whose state was changed as `change` says.
        private func stopped(_ recipe: Recipe, _ change: (inout [String: String]) -> Void) async throws -> URL {
            let engine = place.engine()
            _ = try await stop(engine, engine.draft(place.draft(recipe))) {
                if case .stateSaved(_, let step, _) = $0 { step >= 3 } else { false }
            }
            let file = place.folder("draft").appending(path: "state.safetensors")
            let state = try SafetensorsFile(path: file.path)
            var metadata = state.metadata
            change(&metadata)
            try SafetensorsWriter.write(
                try state.names.map { .init($0, try state.raw($0)) }, metadata: metadata, to: file.path)
            return file
        }

        @Test(
            "a state of another build or kind of CPU is used only when somebody says so",
            arguments: ["build", "kernels"])
        func otherBuild(_ what: String) async throws {
            let recipe = Recipe.small(steps: 60)
            let whole = try await JobRun(place.engine().draft(place.draft(recipe, "whole"))).result
            let file = try await stopped(recipe) { $0[what] = "another" }
            let before = try Data(contentsOf: file)
            let error = try #require(await JobRun.error(of: place.engine().draft(place.draft(recipe))))
            guard case .otherState(let text, canGoOn: true) = error else { throw error }
            #expect(error.exitCode == 12 && text.contains(what == "build" ? "build" : "(another, here"))
            #expect(try Data(contentsOf: file) == before)
            var request = place.draft(recipe)
            request.takesOtherState = true
            let run = try await JobRun(place.engine().draft(request))
            #expect(try #require(run.steps.first?.number) > 3)
            #expect(try run.result.latentSHA256 == whole.latentSHA256)
        }

        @Test("of a draft whose weights have changed nothing is used; without its state it begins anew")
        func otherWeights() async throws {
            let recipe = Recipe.small(steps: 60)
            _ = try await stopped(recipe) { $0["weights_sha256"] = "others" }
            var request = place.draft(recipe)
            request.takesOtherState = true
            let error = try #require(await JobRun.error(of: place.engine().draft(request)))
            guard case .otherState(let text, canGoOn: false) = error else { throw error }
            #expect(text.contains("weights have changed") && text.contains("of 60"))
            KeptState.remove(in: place.folder("draft"), of: .draft)
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(run.steps.map(\.number) == Array(1...60))
        }

        @Test("a commit with a state of another build is refused before it makes anything") func otherCommit()
            async throws
        {
            let recipe = Recipe.small().with { $0.hr.steps = 40 }
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            _ = try await stop(engine, engine.commit(place.commit(recipe.hr))) {
                if case .stateSaved(.hr, let step, _) = $0 { step >= 3 } else { false }
            }
            let file = place.folder("commit").appending(path: "state.safetensors")
            let state = try SafetensorsFile(path: file.path)
            var metadata = state.metadata
            metadata["build"] = "another"
            try SafetensorsWriter.write(
                try state.names.map { .init($0, try state.raw($0)) }, metadata: metadata, to: file.path)
            var stages: [Stage] = []
            await #expect(throws: GenerationError.self) {
                for try await event in engine.commit(place.commit(recipe.hr)) {
                    if case .stageStarted(let stage, _) = event { stages.append(stage) }
                }
            }
            #expect(stages == [.load])
        }

        @Test("a cancelled task ends its job") func cancelledTask() async throws {
            let engine = place.engine()
            let stream = engine.draft(place.draft(long))
            let job = Task {
                for try await event in stream {
                    if case .finished = event { return false }
                }
                return true
            }
            try await Task.sleep(for: .milliseconds(300))
            job.cancel()
            #expect(try await job.value)
            let start = ContinuousClock.now
            _ = await JobRun.error(of: engine.commit(place.commit(of: "none")))
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(!hasPart("draft"))
        }

        @Test("where the newest state is damaged the one before it is used") func previousState() async throws {
            let recipe = Recipe.small(steps: 60)
            let whole = try await JobRun(place.engine().draft(place.draft(recipe, "whole"))).result
            let file = try await stopped(recipe) { _ in }
            let previous = place.folder("draft").appending(path: "state-previous.safetensors")
            try? FileManager.default.removeItem(at: previous)
            try FileManager.default.copyItem(at: file, to: previous)
            try Data(contentsOf: file).prefix(1000).write(to: file)
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(try #require(run.steps.first?.number) > 3)
            #expect(try run.result.latentSHA256 == whole.latentSHA256)
            #expect(!FileManager.default.fileExists(atPath: previous.path))
        }

        @Test("a state that cannot be written is told of once, and the job goes on") func unwritableState() async throws
        {
            let recipe = Recipe.small(steps: 12)
            // A folder of that name cannot be replaced by a file.
            for name in ["state.safetensors", "state-previous.safetensors"] {
                let inside = place.folder("draft/\(name)/inside")
                try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
            }
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            let notes = run.events.compactMap { if case .noted(let text) = $0 { text } else { nil } }
            #expect(notes.count == 1 && notes.allSatisfy { $0.contains("could not be kept") })
            #expect(run.savedSteps.isEmpty && run.steps.count == 12)
            _ = try run.result
        }

        @Test("a damaged or foreign state is not used", arguments: ["damaged", "foreign", "not finite", "too far"])
        func badState(_ kind: String) async throws {
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft())).result
            let clean = try await JobRun(engine.commit(place.commit())).result
            let hr = Recipe.small().hr.with { $0.steps = 40 }
            _ = try await stop(engine, engine.commit(place.commit(hr))) {
                if case .stateSaved = $0 { true } else { false }
            }
            let file = place.folder("commit").appending(path: "state.safetensors")
            try? FileManager.default.removeItem(
                at: place.folder("commit").appending(path: "state-previous.safetensors"))
            let state = try SafetensorsFile(path: file.path)
            var metadata = state.metadata
            var latent = try state.tensor("latent")
            let data = try Data(contentsOf: file)
            switch kind {
            case "damaged": try data.prefix(data.count - 100).write(to: file)
            case "not finite":
                var values = latent.values
                values[5] = .nan
                latent = .init(values, shape: latent.shape)
                try SafetensorsWriter.write([.init("latent", latent)], metadata: metadata, to: file.path)
            case "too far":
                metadata["step"] = "41"
                try SafetensorsWriter.write([.init("latent", latent)], metadata: metadata, to: file.path)
            default: break
            }
            // The foreign state is that of 40 steps, found by a commit of two.
            let isForeign = kind == "foreign"
            let run = try await JobRun(engine.commit(place.commit(isForeign ? Recipe.small().hr : hr)))
            #expect(run.steps.first?.number == 1)
            if isForeign { #expect(try run.result.latentSHA256 == clean.latentSHA256) }
        }
    }
}

extension PassSettings {
    func with(_ change: (inout PassSettings) -> Void) -> PassSettings {
        var copy = self
        change(&copy)
        return copy
    }
}
