import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Sampling")
struct FlowSamplerTests {
    @Test("Steps of one level, per token, conditioned and stochastic are the golden's")
    func goldenSteps() throws {
        for golden in try GoldenSet.current.cases(kind: "rf_step") {
            let schedule = try NoiseSchedule(timesteps: golden.input("schedule").values)
            let sample = try golden.input("sample")
            let velocity = try golden.input("velocity")
            for (index, time) in schedule.timesteps.enumerated() {
                let times = SamplerFixtures.times(time, batch: sample.shape[0])
                let step = FlowStep.euler(sample, velocity: velocity, from: times, to: schedule.next(after: times))
                try golden.expectClose(step, "scalar_step_\(index)")
            }
            let tokenTimes = try golden.input("token_timestep")
            try golden.expectClose(
                FlowStep.euler(sample, velocity: velocity, from: tokenTimes, to: schedule.next(after: tokenTimes)),
                "per_token")
            let time = schedule.timesteps[try #require(golden.config["k"]?.int)]
            let conditioning = TokenConditioning(mask: try golden.input("conditioning_mask"), initial: sample)
            let times = conditioning.times(at: time)
            try golden.expectClose(times, "conditioned_timestep")
            let moved = FlowStep.euler(sample, velocity: velocity, from: times, to: schedule.next(after: times))
            try golden.expectClose(conditioning.merging(moved, keepingGivenOf: sample, at: time), "conditioned")
            let level = SamplerFixtures.times(time, batch: sample.shape[0])
            try golden.expectClose(
                FlowStep.stochastic(
                    sample, velocity: velocity, from: level, to: schedule.next(after: level),
                    noise: try golden.input("noise")), "stochastic")
        }
    }

    /// For clean data of one value m and unit noise, the velocity of x_t = (1 - t) m + t eps is (x - m) / t: every step is exact.
    @Test("Euler reaches the only clean value there is, from any schedule", arguments: [1, 3, 10])
    func pointData(stepCount: Int) throws {
        var random = RandomSource(seed: 5)
        let start = random.normal(shape: [2, 4, 3])
        let schedule = try NoiseSchedule.shifted(stepCount: stepCount, shift: 2)
        for method in [FlowSampler.Method.euler, .stochastic] {
            let result = try FlowSampler(schedule, method: method).sample(from: start, random: &random) { x, step in
                (x - 0.5) / step.time
            }
            expectClose(result.values, [Float](repeating: 0.5, count: 24), tolerance: 1e-5)
        }
    }

    /// For clean data N(0, s²) the flow from t = 1 multiplies by s: its velocity is x (t - (1 - t) s²) / (t² + (1 - t)² s²).
    @Test("Halving the steps of Euler doubles its error on a Gaussian")
    func convergence() throws {
        let variance: Float = 0.25
        func error(_ stepCount: Int) throws -> Float {
            var random = RandomSource(seed: 5)
            let schedule = try NoiseSchedule.shifted(stepCount: stepCount, shift: 1)
            let result = try FlowSampler(schedule).sample(from: Tensor.ones(shape: [1, 1, 1]), random: &random) {
                x, step in
                let t = step.time
                return x * ((t - (1 - t) * variance) / (t * t + (1 - t) * (1 - t) * variance))
            }
            return abs(result.values[0] - variance.squareRoot())
        }
        let (coarse, middle, fine) = (try error(40), try error(80), try error(160))
        #expect((1.8...2.2).contains(coarse / middle))
        #expect((1.8...2.2).contains(middle / fine))
    }

    @Test("Given tokens keep their value, half given ones join when their level is reached")
    func conditioning() throws {
        var random = RandomSource(seed: 1)
        let start = random.normal(shape: [1, 3, 2])
        let mask = Tensor([1, 0.5, 0], shape: [1, 3])
        let schedule = try NoiseSchedule(timesteps: [1, 0.75, 0.5, 0.25])
        var seen: [[Float]] = []
        let result = try FlowSampler(schedule).sample(
            from: start, conditioning: TokenConditioning(mask: mask, initial: start), random: &random
        ) { x, step in
            seen.append(step.tokenTimes.values)
            return Tensor.ones(shape: x.shape)
        }
        #expect(seen == [[0, 0.5, 1], [0, 0.5, 0.75], [0, 0.5, 0.5], [0, 0.25, 0.25]])
        let moved = zip(start.values, result.values).map { $0 - $1 }
        // The half given token moves from 0.5 on only; the given one never.
        expectClose(moved, [0, 0, 0.5, 0.5, 1, 1], tolerance: 1e-5)
    }

    @Test("Image noise is drawn anew around the initial value, and only for given tokens")
    func conditioningNoise() throws {
        var random = RandomSource(seed: 1)
        let start = random.normal(shape: [1, 2, 16])
        let mask = Tensor([1, 0], shape: [1, 2])
        let conditioning = TokenConditioning(mask: mask, initial: start, noiseScale: 0.15)
        var fed: [Tensor] = []
        var source = RandomSource(seed: 9)
        _ = try FlowSampler(NoiseSchedule(timesteps: [1, 0.5])).sample(
            from: start, conditioning: conditioning, random: &source
        ) { x, _ in
            fed.append(x)
            return Tensor.zeros(shape: x.shape)
        }
        var replay = RandomSource(seed: 9)
        for (x, time) in zip(fed, [Float(1), 0.5]) {
            let noise = replay.normal(shape: start.shape).values
            let expected = start.values.enumerated().map { $0 < 16 ? $1 + 0.15 * time * time * noise[$0] : $1 }
            expectClose(x.values, expected, tolerance: 1e-6)
        }
    }

    @Test("An error in a step ends the run, and a run can start behind its first step")
    func cancellationAndRestart() throws {
        struct Stop: Error {}
        let schedule = try NoiseSchedule.shifted(stepCount: 5, shift: 1)
        let start = Tensor.ones(shape: [1, 1, 1])
        var random = RandomSource(seed: 0)
        var states: [Tensor] = []
        #expect(throws: Stop.self) {
            _ = try FlowSampler(schedule).sample(
                from: start, random: &random, velocity: { x, _ in x },
                afterStep: { step, x in
                    states.append(x)
                    if step.index == 2 { throw Stop() }
                })
        }
        #expect(states.count == 3)
        let whole = try FlowSampler(schedule).sample(from: start, random: &random) { x, _ in x }
        let resumed = try FlowSampler(schedule).sample(from: states[2], random: &random, firstStep: 3) { x, _ in x }
        #expect(whole.values == resumed.values)
    }

    @Test("Noising the upsampled latents of a second pass is the golden's")
    func secondPassStart() throws {
        for golden in try GoldenSet.current.cases(kind: "multiscale") {
            let matched = try golden.output("upsampled_normalized")
                .matchingStatistics(of: golden.input("first_pass_latents"))
            try golden.expectClose(matched, "after_adain")
            let time = Float(try #require(golden.config["second_pass_first_timestep"]?.double))
            try golden.expectClose(
                FlowStep.noised(golden.output("after_adain"), noise: golden.input("noise"), at: time), "noised")
        }
    }
}
