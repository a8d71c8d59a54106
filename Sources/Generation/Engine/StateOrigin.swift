import Foundation
import Kernels
import Synchronization
import WeightFiles

/// What decides, beside a job's own settings, which numbers its steps have.
struct StateOrigin: Sendable, Equatable {
    /// Of the files that the latent means something to.
    var weightsSHA256: String
    /// SHA-256 of the program.
    var build: String
    /// The instruction set that computed.
    var kernels: String

    init(weightsSHA256: String, build: String, kernels: String) {
        self.weightsSHA256 = weightsSHA256
        self.build = build
        self.kernels = kernels
    }

    /// Of what this process makes.
    init(weightsSHA256: String) {
        self.init(weightsSHA256: weightsSHA256, build: Self.runningBuild, kernels: KernelLevel.best.description)
    }

    /// The file that runs, also where a newer one has taken its place; empty where it cannot be read.
    private static let runningBuild = (try? FileDigest.sha256(ofFileAt: "/proc/self/exe")) ?? ""

    /// Why a state of this origin is not one of `present`; nil where it is. `place`: `step 3 of 8`.
    func refusal(by present: StateOrigin, place: String) -> GenerationError? {
        if weightsSHA256 != present.weightsSHA256 {
            return .otherState(
                "The model's weights have changed since \(place) of this job was kept, so it can only begin anew.",
                canGoOn: false)
        }
        let mayDiffer = "going on may give another clip than beginning anew."
        if build != present.build {
            return .otherState("Another build of the program kept \(place) of this job; \(mayDiffer)", canGoOn: true)
        }
        guard kernels != present.kernels else { return nil }
        return .otherState(
            "Another kind of CPU kept \(place) of this job (\(kernels.printable), here \(present.kernels)); \(mayDiffer)",
            canGoOn: true)
    }
}

/// Where a pass keeps its state, and what it does with one that it finds there.
struct StatePlace: Sendable {
    var folder: URL
    /// Names the job: everything of its own that decides its numbers.
    var key: String
    var origin: StateOrigin
    /// Goes on from a state that another build, or this one on another kind of CPU, has kept.
    var takesOther: Bool

    /// The state of a pass that a stopped run left; nil where there is none, or one that nothing can be done with.
    ///
    /// - Throws: ``GenerationError/otherState(_:canGoOn:)``.
    func kept(_ pass: Pass, _ job: JobContext) throws -> SamplerState? {
        guard let state = SamplerState.read(in: folder), state.pass == pass else { return nil }
        if let refusal = state.origin.refusal(by: origin, place: "step \(state.estimatedStep) of \(state.stepCount)") {
            guard takesOther, case .otherState(_, canGoOn: true) = refusal else { throw refusal }
        }
        guard state.key == key else {
            job.emit(.noted("What was kept of this job belongs to other settings; it begins anew."))
            return nil
        }
        return state
    }
}
