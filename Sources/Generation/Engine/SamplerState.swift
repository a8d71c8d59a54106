import Dispatch
import Foundation
import Synchronization
import Tensors
import WeightFiles

/// The sampler between two steps, kept so that a stop costs at most the step in flight; with step caching, see
/// ``StepReuse``.
struct SamplerState: Sendable {
    var pass: Pass
    /// Steps finished; going on begins behind them.
    var step: Int
    /// All steps of the pass.
    var stepCount: Int
    /// `[tokens, channels]`.
    var latent: [Float]
    var tokenCount: Int
    /// What the state belongs to: settings, draft. Another key: another job.
    var key: String
    /// What made it.
    var origin: StateOrigin
    /// The newest estimate of the clean latent, for who wants to see what there is; going on needs none.
    var estimate: [Float]?
    /// Steps behind which that was made. With step caching they may be more than ``step``: what a reused step began from
    /// is not kept, so going on repeats it.
    var estimatedStep: Int
    /// With sparse attention, the key blocks that the first step chose.
    var attention: [UInt8]?

    static let name = "state.safetensors"
    /// The state before it, for a newest one that a failing disk has damaged.
    static let previousName = "state-previous.safetensors"

    /// Writes it; the one before becomes the previous one.
    ///
    /// - Returns: the file's size in bytes.
    /// - Throws: ``WeightError/cannotWrite(path:reason:)``; the one before is the previous one then, and is read.
    func write(in folder: URL) throws(WeightError) -> Int {
        var entries = [
            SafetensorsWriter.Entry(
                "latent", Tensor(latent, shape: [tokenCount, latent.count / max(tokenCount, 1)]))
        ]
        // Half the bytes: it is looked at, not computed with.
        if let estimate {
            entries.append(
                .init(
                    "estimate", Tensor(estimate, shape: [tokenCount, estimate.count / max(tokenCount, 1)]),
                    as: .bfloat16))
        }
        if let attention {
            entries.append(.init("attention", dtype: .uint8, shape: [attention.count], bytes: attention))
        }
        // The first of a job has none before it.
        rename(folder.appending(path: Self.name).path, folder.appending(path: Self.previousName).path)
        try SafetensorsWriter.write(
            entries,
            metadata: [
                "step": String(step), "key": key, "pass": pass.rawValue, "steps": String(stepCount),
                "estimated_step": String(estimatedStep), "weights_sha256": origin.weightsSHA256,
                "build": origin.build, "kernels": origin.kernels,
            ], to: folder.appending(path: Self.name).path)
        var status = stat()
        return stat(folder.appending(path: Self.name).path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The state in a folder, whichever job's; one that cannot be read, or has other than finite numbers, counts as none.
    static func read(in folder: URL) -> SamplerState? {
        [name, previousName].lazy.compactMap { read(folder.appending(path: $0)) }.first
    }

    private static func read(_ file: URL) -> SamplerState? {
        guard let file = try? SafetensorsFile(path: file.path), let key = file.metadata["key"],
            let pass = file.metadata["pass"].flatMap(Pass.init), let step = number("step", file), step >= 0,
            let stepCount = number("steps", file), let latent = try? file.tensor("latent"), latent.shape.count == 2
        else { return nil }
        let values = latent.values
        guard values.allSatisfy(\.isFinite) else { return nil }
        let estimate = file.contains("estimate") ? try? file.tensor("estimate").values : nil
        let attention = file.contains("attention") ? try? file.raw("attention").withUnsafeBytes { [UInt8]($0) } : nil
        return SamplerState(
            pass: pass, step: step, stepCount: stepCount, latent: values, tokenCount: latent.shape[0], key: key,
            origin: StateOrigin(
                weightsSHA256: file.metadata["weights_sha256"] ?? "", build: file.metadata["build"] ?? "",
                kernels: file.metadata["kernels"] ?? ""),
            estimate: estimate, estimatedStep: number("estimated_step", file) ?? step, attention: attention)
    }

    private static func number(_ key: String, _ file: SafetensorsFile) -> Int? {
        file.metadata[key].flatMap { Int($0) }
    }

    static func remove(in folder: URL) {
        for name in [name, previousName] { try? FileManager.default.removeItem(at: folder.appending(path: name)) }
    }
}

/// Writes states while the next step runs. Of states that come faster than the disk takes them, only the newest is written.
final class StateSaver: Sendable {
    private let folder: URL
    private let onSaved: @Sendable (_ step: Int, _ bytes: Int) -> Void
    /// Called once: a full disk fails every time.
    private let onFailure: @Sendable (_ step: Int, _ error: WeightError) -> Void
    private let hasFailed = Mutex(false)
    private let queue = DispatchQueue(label: "turbo2k.state", qos: .utility)
    private let newest = Mutex<SamplerState?>(nil)
    /// Steps whose state was told of.
    private let told = Mutex(0)

    init(
        folder: URL, onSaved: @escaping @Sendable (_ step: Int, _ bytes: Int) -> Void,
        onFailure: @escaping @Sendable (_ step: Int, _ error: WeightError) -> Void
    ) {
        self.folder = folder
        self.onSaved = onSaved
        self.onFailure = onFailure
    }

    func save(_ state: SamplerState) {
        newest.withLock { $0 = state }
        queue.async { [self] in
            let taken = newest.withLock { newest in
                defer { newest = nil }
                return newest
            }
            guard let taken else { return }
            let bytes: Int
            do throws(WeightError) {
                bytes = try taken.write(in: folder)
            } catch {
                // A full disk must not end the job: the state before this one stays good.
                let isFirst = hasFailed.withLock { failed in
                    defer { failed = true }
                    return !failed
                }
                if isFirst { onFailure(taken.estimatedStep, error) }
                return
            }
            let isNews = told.withLock { told in
                defer { told = max(told, taken.estimatedStep) }
                return taken.estimatedStep > told
            }
            if isNews { onSaved(taken.estimatedStep, bytes) }
        }
    }

    /// Returns when all that was saved is on the disk.
    func finish() { queue.sync {} }

    /// Whether the state behind a step is on the disk; waits for what is being written.
    func hasSaved(_ step: Int) -> Bool {
        finish()
        return told.withLock { $0 >= step }
    }
}
