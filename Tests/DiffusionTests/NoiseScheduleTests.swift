import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Noise schedules")
struct NoiseScheduleTests {
    /// A golden's description of a schedule as the model configuration it stands for.
    private func configuration(_ entry: JSONValue) throws -> ScheduleConfiguration {
        try JSONDecoder().decode(ScheduleConfiguration.self, from: Data(entry.description.utf8))
    }

    /// Latent positions of `[B, C, F, H, W]`, or the middle of `[B, N, C]`.
    private func tokenCount(_ shape: [Int]) -> Int {
        shape.count == 3 ? shape[1] : shape.dropFirst(2).reduce(1, *)
    }

    @Test("ltx_video's schedules are the golden's")
    func rectifiedFlow() throws {
        for golden in try GoldenSet.current.cases(kind: "rf_schedules") {
            for entry in try #require(golden.config["schedules"]?.array) {
                let name = try #require(entry["name"]?.string)
                var schedule = try configuration(entry).schedule(
                    stepCount: try #require(entry["steps"]?.int),
                    tokenCount: tokenCount(try #require(entry["samples_shape"]?.ints)))
                let (initial, final) = (entry["skip_initial"]?.int ?? 0, entry["skip_final"]?.int ?? 0)
                if initial + final > 0 { schedule = try schedule.skipping(initial: initial, final: final) }
                try golden.expectClose(schedule.timesteps, name)
            }
            for (name, list) in golden.config["explicit"]?.object ?? [:] {
                let timesteps = try #require(list.doubles).map { Float($0) }
                try golden.expectClose(NoiseSchedule(timesteps: timesteps).timesteps, name)
            }
        }
    }

    private func diffusersConfiguration(_ entry: JSONValue, _ common: JSONValue) -> DiffusersScheduleConfiguration {
        var configuration = DiffusersScheduleConfiguration(
            isDynamic: entry["dynamic"] == .bool(true), shift: entry["shift"]?.double ?? 1,
            terminal: entry["terminal"]?.double)
        configuration.baseShift = common["base_shift"]?.double ?? configuration.baseShift
        configuration.maximumShift = common["max_shift"]?.double ?? configuration.maximumShift
        configuration.baseTokenCount = common["base_image_seq_len"]?.double ?? configuration.baseTokenCount
        configuration.maximumTokenCount = common["max_image_seq_len"]?.double ?? configuration.maximumTokenCount
        return configuration
    }

    @Test("diffusers' schedules, mu and steps are the golden's")
    func diffusers() throws {
        for golden in try GoldenSet.current.cases(kind: "diffusers_schedules") {
            let sample = try golden.input("sample")
            let velocity = try golden.input("velocity")
            for entry in try #require(golden.config["schedules"]?.array) {
                let name = try #require(entry["name"]?.string)
                let tokens = try #require(entry["tokens"]?.int)
                let configuration = diffusersConfiguration(entry, golden.config)
                let schedule =
                    if let sigmas = entry["sigmas"]?.doubles {
                        try configuration.schedule(sigmas: sigmas, tokenCount: tokens)
                    } else {
                        try configuration.schedule(stepCount: try #require(entry["steps"]?.int), tokenCount: tokens)
                    }
                try golden.expectClose(schedule.timesteps + [0], name + ".sigmas")
                try golden.expectClose(schedule.timesteps.map { 1000 * $0 }, name + ".timesteps")
                try golden.expectClose([configuration.mu(tokenCount: tokens)], name + ".mu")
                let times = SamplerFixtures.times(schedule.timesteps[0], batch: sample.shape[0])
                let step = FlowStep.euler(sample, velocity: velocity, from: times, to: schedule.next(after: times))
                try golden.expectClose(step, name + ".step0")
                if entry["per_token"]?.bool == true {
                    // diffusers adds where ltx_video subtracts; its pipeline passes the negated velocity.
                    let times = try golden.input("token_timestep")
                    let moved = FlowStep.euler(
                        sample, velocity: velocity * -1, from: times, to: schedule.next(after: times))
                    try golden.expectClose(moved, name + ".per_token")
                }
            }
        }
    }

    @Test("The published distilled list is LinearQuadratic with 8 steps without its last")
    func distilledList() throws {
        let schedule = try ScheduleConfiguration(base: .linearQuadratic).schedule(stepCount: 8, tokenCount: 1)
        let published: [Float] = [1.0, 0.9937, 0.9875, 0.9812, 0.9750, 0.9094, 0.7250, 0.4219]
        expectClose(schedule.timesteps, published, tolerance: 1e-4)
    }

    @Test("A time shift moves steps towards noise and keeps both ends")
    func timeShift() throws {
        let plain = try NoiseSchedule.shifted(stepCount: 10, shift: 1)
        let shifted = try NoiseSchedule.shifted(stepCount: 10, shift: 3)
        #expect(plain.timesteps[0] == 1)
        #expect(shifted.timesteps[0] == 1)
        #expect(zip(plain.timesteps, shifted.timesteps).dropFirst().allSatisfy { $0 < $1 })
        expectClose(shifted.timesteps, plain.timesteps.map { 3 * $0 / (1 + 2 * $0) }, tolerance: 1e-6)
    }

    @Test("A pipeline's timesteps follow from its scheduler's configuration")
    func pipelines() throws {
        for golden in try GoldenSet.current.cases(kind: "ltx_pipeline") {
            if let explicit = golden.config["timesteps"]?.doubles {
                try golden.expectClose(NoiseSchedule(timesteps: explicit.map { Float($0) }).timesteps, "timesteps")
                continue
            }
            let tokens = try #require(golden.config["latent_shape"]?.ints).reduce(1, *)
            let schedule = try configuration(try #require(golden.config["scheduler"])).schedule(
                stepCount: try #require(golden.config["steps"]?.int), tokenCount: tokens)
            try golden.expectClose(schedule.timesteps, "timesteps")
        }
    }

    @Test("The next level is the nearest one below, and 0 stays 0")
    func nextLevel() throws {
        let schedule = try NoiseSchedule(timesteps: [1, 0.5, 0.25])
        #expect(schedule.next(after: 1) == 0.5)
        #expect(schedule.next(after: 0.50000024) == 0.25)
        #expect(schedule.next(after: 0.6) == 0.5)
        #expect(schedule.next(after: 0.25) == 0)
        #expect(schedule.next(after: 0.1) == 0)
        #expect(schedule.next(after: 0) == 0)
    }

    @Test(
        "Lists that do not descend within (0, 1] are refused",
        arguments: [
            [], [0], [1, 1], [0.5, 0.6], [1.5, 0.5], [0.5, -0.1], [Float.nan, 0.5], [1, .nan, 0.5], [.infinity],
        ])
    func badLists(list: [Float]) {
        #expect(throws: DiffusionError.self) { try NoiseSchedule(timesteps: list) }
    }

    @Test("Settings that are unknown or leave no step are refused")
    func badSettings() throws {
        func decode(_ text: String) throws -> ScheduleConfiguration {
            try JSONDecoder().decode(ScheduleConfiguration.self, from: Data(text.utf8))
        }
        #expect(throws: (any Error).self) { try decode(#"{"sampler":"Cubic"}"#) }
        #expect(throws: (any Error).self) { try decode(#"{"shifting":"SD4"}"#) }
        #expect(throws: (any Error).self) { try decode(#"{"shifting":"SimpleDiffusion"}"#) }
        #expect(throws: DiffusionError.self) { try ScheduleConfiguration().schedule(stepCount: 0, tokenCount: 1) }
        #expect(throws: DiffusionError.self) {
            try ScheduleConfiguration(base: .constant).schedule(stepCount: 4, tokenCount: 1)
        }
        let schedule = try ScheduleConfiguration().schedule(stepCount: 4, tokenCount: 1)
        #expect(throws: DiffusionError.self) { try schedule.skipping(initial: 2, final: 2) }
        #expect(try schedule.skipping(initial: 1, final: 2).timesteps == [schedule.timesteps[1]])
    }

    @Test("One step with a terminal keeps its level instead of dividing by zero")
    func singleStep() throws {
        let configuration = ScheduleConfiguration(shift: .sd3, terminal: 0.1)
        #expect(try configuration.schedule(stepCount: 1, tokenCount: 100).timesteps == [1])
    }

    @Test("The SimpleDiffusion shift is its closed form")
    func simpleDiffusion() throws {
        let configuration = try JSONDecoder().decode(
            ScheduleConfiguration.self, from: Data(#"{"shifting":"SimpleDiffusion","base_resolution":1024}"#.utf8))
        let schedule = try configuration.schedule(stepCount: 4, tokenCount: 4096)
        // sigmoid(ln(t / (1 - t)) + ln k) = k t / (1 + (k - 1) t) with k = 4.
        expectClose(schedule.timesteps, [1, 0.75, 0.5, 0.25].map { 4 * $0 / (1 + 3 * $0) }, tolerance: 1e-6)
    }

    @Test("A distilled model's list of timesteps is checked to four digits")
    func allowedTimesteps() throws {
        let allowed: [Float] = [1, 0.9937, 0.725]
        try NoiseSchedule(timesteps: [1, 0.99371, 0.725]).check(allowed: allowed)
        let schedule = try NoiseSchedule(timesteps: [1, 0.9, 0.725])
        #expect(throws: DiffusionError.timestepNotAllowed(0.9, allowed: allowed)) {
            try schedule.check(allowed: allowed)
        }
    }

    @Test("Published scheduler configurations decode")
    func published() throws {
        let path = GoldenSet.current.path + "/vae/PUBLISHED_CONFIGS.json"
        guard FileManager.default.fileExists(atPath: path) else {
            #expect(!GoldenSet.current.isBuiltIn)
            return
        }
        let document = try Checkpoint.readJSONFile(path, advice: "")
        let ltx = try #require(document["ltx_scheduler"])
        let early = try configuration(try #require(ltx["0.9.0, 0.9.1"]))
        #expect(early == ScheduleConfiguration(base: .uniform, shift: .sd3, terminal: 0.1))
        #expect(
            try configuration(try #require(ltx["0.9.5 and later"])) == ScheduleConfiguration(base: .linearQuadratic))
        let other = try #require(document["diffusers_scheduler"]?["0.9.0, 0.9.1"])
        let decoded = try JSONDecoder().decode(DiffusersScheduleConfiguration.self, from: Data(other.description.utf8))
        #expect(decoded == DiffusersScheduleConfiguration(isDynamic: true, terminal: 0.1))
    }
}
