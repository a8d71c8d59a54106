package import Foundation
package import Kernels

/// Where a clip is written and what is stored in it.
package struct OutputRequest: Sendable {
    /// The final name; its extension chooses the container (mp4, mov, mkv, webm, gif, or a folder name ending in
    /// `.png` or containing `%d` for a PNG sequence).
    package var file: URL
    /// Constant rate factor of the video encoder; nil: the container's default.
    package var crf: Int?
    /// Only this program reads it: any codec will do that the container can hold, where its own is missing.
    package var isOwn = false
    /// Makes what is stored in the container's metadata, `comment`: the recipe as JSON (at most 1 MiB). Asked when the
    /// file is opened, since only then the engine knows the recipe as it runs and the weights.
    package var comment: (@Sendable (ClipOrigin) -> String?)?
    /// Stored in the container's metadata, `title`.
    package var title: String?

    package init(
        file: URL, crf: Int? = nil, title: String? = nil, comment: (@Sendable (ClipOrigin) -> String?)? = nil
    ) {
        self.file = file
        self.crf = crf
        self.comment = comment
        self.title = title
    }

    package init(file: URL, crf: Int? = nil, comment: String, title: String? = nil) {
        self.init(file: file, crf: crf, title: title) { _ in comment }
    }
}

/// What a clip is made from, as the engine knows it before the first frame.
package struct ClipOrigin: Sendable {
    /// The recipe as it runs: precision and model filled in.
    package var recipe: Recipe
    /// SHA-256 of the weight files, as hexadecimal.
    package var weightsSHA256: String
    /// Where the clip shows the estimate of a job that was stopped.
    package var partial: StepsDone?

    package init(recipe: Recipe, weightsSHA256: String, partial: StepsDone? = nil) {
        self.recipe = recipe
        self.weightsSHA256 = weightsSHA256
        self.partial = partial
    }
}

/// What a stopped job left in its folder between two steps.
package enum KeptState {
    /// Removes it, so that the job begins anew; of a draft also the latent, where it came so far.
    package static func remove(in folder: URL, of kind: GenerationResult.Kind) {
        let latent = kind == .draft ? [DraftFolder.latentName] : []
        for name in [SamplerState.name, SamplerState.previousName, FakeState.name] + latent {
            try? FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }
}

/// The LR pass: prompt to a draft kept in `folder`.
package struct DraftRequest: Sendable {
    package var recipe: Recipe
    /// The draft's own folder, made if missing. Receives `recipe.json`, `draft.safetensors` (latent, text embedding
    /// and mask, metadata with seed and settings), `clip.mp4`, three stills and, while running, `state.safetensors`.
    package var folder: URL
    package var output: OutputRequest?
    /// Whether previews are wanted (x0 after each step, the decoded clip at the end).
    package var wantsPreviews: Bool
    /// Ends the job behind a step.
    package var stepEnd = StepEnd()
    /// What the plan of memory is multiplied with before it is compared with what is free.
    package var memoryMargin = 1.0
    /// Goes on from a state that another build, or this one on another kind of CPU, has kept.
    package var takesOtherState = false

    package init(recipe: Recipe, folder: URL, output: OutputRequest? = nil, wantsPreviews: Bool = true) {
        self.recipe = recipe
        self.folder = folder
        self.output = output
        self.wantsPreviews = wantsPreviews
    }
}

/// What is known of a draft beside its folder.
package struct KnownDraft: Sendable {
    package var recipe: Recipe
    /// Of the latent that was made at first.
    package var latentSHA256: String?
    package var weightsSHA256: String?

    package init(recipe: Recipe, latentSHA256: String?, weightsSHA256: String?) {
        self.recipe = recipe
        self.latentSHA256 = latentSHA256
        self.weightsSHA256 = weightsSHA256
    }
}

/// The HR pass on a kept draft.
package struct CommitRequest: Sendable {
    /// The folder that a ``DraftRequest`` filled. Where latent and embedding were cleaned away they are made again.
    package var draftFolder: URL
    /// For the making again: the recipe where the folder has none, and what the latent has to agree with.
    package var knownDraft: KnownDraft?
    /// HR settings; the draft's own recipe decides what is not named here.
    package var hr: PassSettings
    /// Nil: the draft's.
    package var precision: Precision?
    /// Nil: the draft's.
    package var seed: UInt32?
    /// The job's own folder: sampler state after each step, final latent. An interrupted commit with the same
    /// settings goes on from the state found here.
    package var folder: URL
    package var output: OutputRequest
    package var wantsPreviews: Bool
    /// Ends the job behind a step.
    package var stepEnd = StepEnd()
    /// What the plan of memory is multiplied with before it is compared with what is free.
    package var memoryMargin = 1.0
    /// Starts even where the plan says that memory will not do.
    package var ignoresMemory = false
    /// Goes on from a state that another build, or this one on another kind of CPU, has kept.
    package var takesOtherState = false

    package init(
        draftFolder: URL, hr: PassSettings, precision: Precision? = nil, seed: UInt32? = nil, folder: URL,
        output: OutputRequest, wantsPreviews: Bool = true
    ) {
        self.draftFolder = draftFolder
        self.hr = hr
        self.precision = precision
        self.seed = seed
        self.folder = folder
        self.output = output
        self.wantsPreviews = wantsPreviews
    }
}

/// A clip of what a stopped job has: the estimate that its saved state holds, decoded. The state stays.
package struct PartialRequest: Sendable {
    package var kind: GenerationResult.Kind
    package var recipe: Recipe
    /// The job's own folder.
    package var folder: URL
    package var output: OutputRequest
    package var wantsPreviews: Bool

    package init(
        kind: GenerationResult.Kind, recipe: Recipe, folder: URL, output: OutputRequest, wantsPreviews: Bool = true
    ) {
        self.kind = kind
        self.recipe = recipe
        self.folder = folder
        self.output = output
        self.wantsPreviews = wantsPreviews
    }
}

/// What a draft keeps for its commits.
package enum DraftFolder {
    /// The latent and the text embedding.
    package static let latentName = "draft.safetensors"
    /// Small pictures of the clip's first, middle and last frame; the middle one stands for the clip in lists.
    package static let stillNames = ["still-first.png", "poster.png", "still-last.png"]

    /// Whether a commit finds latent and embedding, or has to make them again.
    package static func hasLatent(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: latentName).path(percentEncoded: false))
    }
}

/// What runs jobs: the engine in this process, or a stand-in without weights.
///
/// Dropping or cancelling the task that iterates a stream stops the job within a second.
package protocol GenerationService: Sendable {
    func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    /// Writes what a stopped job has. Its events are those of decoding and encoding.
    func partial(_ request: PartialRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    /// What a job would need, without starting it.
    func plan(_ recipe: Recipe) async throws -> GenerationPlan
    /// How much of a prompt the model reads, for the editor.
    func tokenCount(of prompt: String, model: String) async throws -> PromptLength
    /// A kept draft's guidance features, one picture for each block, in the blocks' order; waits for the job that runs.
    func features(ofDraftIn folder: URL) async throws -> [FeaturePicture]
    /// Asks the running job for one sharper picture of its present estimate, which comes as a preview after the step.
    /// Where no job runs nothing happens.
    func look(_ look: SharperLook) async
    /// Gives back the memory that is held for the next job, once the running one has ended.
    func releaseMemory() async
}

/// Memory and work of a job, computed from shapes.
package struct GenerationPlan: Sendable, Codable {
    package struct Term: Sendable, Codable {
        package var name: String
        package var bytes: Int

        package init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Peak of each stage, largest first decides.
    package struct StagePeak: Sendable, Codable {
        package var stage: Stage
        package var terms: [Term]
        package var bytes: Int { terms.reduce(0) { $0 + $1.bytes } }

        package init(stage: Stage, terms: [Term]) {
            self.stage = stage
            self.terms = terms
        }

        func multiplied(by margin: Double) -> StagePeak {
            guard margin > 1 else { return self }
            return StagePeak(
                stage: stage, terms: terms + [Term(name: "margin", bytes: Int(Double(bytes) * (margin - 1)))])
        }
    }

    package var stages: [StagePeak]
    package var lrTokens: Int
    package var hrTokens: Int
    /// Floating-point operations of one model evaluation at each size.
    package var lrFlopsPerCall: Double
    package var hrFlopsPerCall: Double
    /// Model evaluations of each step: guidance may be on at some noise levels alone.
    package var lrStepCalls: [Int]
    package var hrStepCalls: [Int]
    /// What is free on this machine now, the control group's limit included.
    package var availableBytes: Int

    package var peakBytes: Int { stages.map(\.bytes).max() ?? 0 }

    /// Of one job; `stages` are those of a draft and its commit.
    package func peakBytes(of kind: GenerationResult.Kind) -> Int {
        stages.filter { kind == .commit || Self.draftStages.contains($0.stage) }.map(\.bytes).max() ?? 0
    }

    /// The stages that a plan has of the draft; decoding and encoding are those of the commit.
    package static let draftStages: [Stage] = [.load, .text, .lr]

    /// The plan with what earlier jobs took beyond theirs, as a term of each stage.
    package func multiplied(by margin: Double) -> GenerationPlan {
        var plan = self
        plan.stages = stages.map { $0.multiplied(by: margin) }
        return plan
    }

    package init(
        stages: [StagePeak], lrTokens: Int, hrTokens: Int, lrFlopsPerCall: Double, hrFlopsPerCall: Double,
        lrStepCalls: [Int] = [], hrStepCalls: [Int] = [], availableBytes: Int
    ) {
        self.stages = stages
        self.lrTokens = lrTokens
        self.hrTokens = hrTokens
        self.lrFlopsPerCall = lrFlopsPerCall
        self.hrFlopsPerCall = hrFlopsPerCall
        self.lrStepCalls = lrStepCalls
        self.hrStepCalls = hrStepCalls
        self.availableBytes = availableBytes
    }
}
