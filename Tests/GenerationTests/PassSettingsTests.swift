import Diffusion
import Foundation
import Generation
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

extension GenerationTests {
    /// Passes against the readable transformer, guided by hand.
    @Suite("Settings of a pass") struct PassSettingsTests {
        let place: Workplace
        private let graph: VideoTransformerGraph

        init() throws {
            place = try Workplace()
            let path = try ModelCopy.bundled.appending(path: "ltx-nano.safetensors").path
            let checkpoint = try Checkpoint.load(.transformer, from: path)
            graph = try VideoTransformerGraph(
                VideoTransformerConfiguration(checkpoint.config), weights: WeightScope(checkpoint))
        }

        private let grid = LatentGrid(frames: 2, height: 3, width: 4)

        /// The velocity for a prompt that a draft kept.
        private func velocity(
            _ x: [Float], at time: Float, _ prompt: String, _ perturbation: AttentionPerturbation? = nil
        ) throws -> [Double] {
            let file = try SafetensorsFile(path: place.folder("draft").appending(path: "draft.safetensors").path)
            let states = try file.tensor(prompt)
            let input = VideoTransformerInput(
                tokens: Tensor(x, shape: [1, 24, 48]), coordinates: grid.indices(frameRate: 24, isCausal: false),
                timesteps: Tensor([time], shape: [1, 1]), prompt: states.reshaped([1] + states.shape),
                promptMask: Tensor.filled(with: 1, shape: [1, states.shape[0]]))
            return graph(input, perturbation: perturbation).velocity.values.map(Double.init)
        }

        private func deviation(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        }

        @Test("spatio-temporal guidance and rescaling", arguments: Perturbation.allCases)
        func stg(_ mode: Perturbation) async throws {
            let recipe = Recipe.small().with {
                $0.lr = PassSettings(
                    size: $0.lr.size, steps: 1, guidance: 3, shift: 1, stg: 1.5, stgBlocks: [2, 5], stgMode: mode,
                    rescale: 0.7)
            }
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(run.steps.map(\.calls) == [mode == .residual ? 2 : 3])
            var random = RandomSource(seed: 7)
            let noise = random.normal(count: 24 * 48)
            let with = try velocity(noise, at: 1, "prompt")
            let without = try velocity(noise, at: 1, "negative")
            let weakened = AttentionPerturbation(
                mode: try #require(.init(rawValue: mode.rawValue)), blocks: [2, 5], batchElements: [0])
            let perturbed = try velocity(noise, at: 1, "prompt", weakened)
            var v = with.indices.map { i in
                without[i] + 3 * (with[i] - without[i]) + 1.5 * (with[i] - perturbed[i])
            }
            let factor = 0.7 * deviation(with) / deviation(v) + 0.3
            v = v.map { $0 * factor }
            try expectNear(noise.indices.map { Double(noise[$0]) - v[$0] })
        }

        @Test("own timesteps, used as they are") func timesteps() async throws {
            let recipe = Recipe.small().with {
                $0.lr = PassSettings(size: $0.lr.size, steps: 2, guidance: 1, shift: 9, timesteps: [0.9375, 0.5])
            }
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(run.steps.map(\.sigma) == [0.9375, 0.5])
            var random = RandomSource(seed: 7)
            var x = random.normal(count: 24 * 48)
            for (time, next) in [(0.9375, 0.5), (0.5, 0)] {
                let v = try velocity(x, at: Float(time), "prompt")
                x = x.indices.map { Float(Double(x[$0]) - (time - next) * v[$0]) }
            }
            try expectNear(x.map(Double.init))
        }

        @Test("stochastic steps noise the clean estimate anew, also after a stop") func stochastic() async throws {
            let recipe = Recipe.small().with {
                $0.lr = PassSettings(
                    size: $0.lr.size, steps: 2, guidance: 1, timesteps: [1, 0.5], isStochastic: true)
            }
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            var random = RandomSource(seed: 7)
            let start = random.normal(count: 24 * 48)
            let first = try velocity(start, at: 1, "prompt")
            let noise = random.normal(count: 24 * 48)
            let middle = start.indices.map { Float(0.5 * (Double(start[$0]) - first[$0]) + 0.5 * Double(noise[$0])) }
            let second = try velocity(middle, at: 0.5, "prompt")
            try expectNear(middle.indices.map { Double(middle[$0]) - 0.5 * second[$0] })
        }

        private func expectNear(_ expected: [Double]) throws {
            let actual = try place.latent()
            let difference = zip(actual, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            let norm = expected.reduce(0) { $0 + $1 * $1 }
            #expect((difference / norm).squareRoot() < 1e-4)
        }

        @Test("recipes of earlier versions are read, and settings that are off are not written") func coding() throws {
            let json = #"{"size":"512x288","steps":18,"guidance":4,"shift":2}"#
            let settings = try JSONDecoder().decode(PassSettings.self, from: Data(json.utf8))
            #expect(
                settings == PassSettings(size: VideoSize(width: 512, height: 288), steps: 18, guidance: 4, shift: 2))
            let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(settings)) as? [String: Any]
            #expect(Set(try #require(written).keys) == ["size", "steps", "guidance", "shift"])
            var full = settings
            full.stg = 1
            full.stgBlocks = [19]
            full.stgMode = .transformerBlock
            full.rescale = 0.5
            full.timesteps = [1, 0.5]
            full.isStochastic = true
            #expect(try JSONDecoder().decode(PassSettings.self, from: JSONEncoder().encode(full)) == full)
        }
    }
}
