package import struct Foundation.URL
package import Kernels

/// Where a clip is written and what is stored in it.
package struct OutputRequest: Sendable {
    /// The final name; its extension chooses the container (mp4, mov, mkv, webm, gif, or a folder name ending in
    /// `.png` or containing `%d` for a PNG sequence).
    package var file: URL
    /// Constant rate factor of the video encoder; nil: the container's default.
    package var crf: Int?
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

    package init(recipe: Recipe, weightsSHA256: String) {
        self.recipe = recipe
        self.weightsSHA256 = weightsSHA256
    }
}

/// The LR pass: prompt to a draft kept in `folder`.
package struct DraftRequest: Sendable {
    package var recipe: Recipe
    /// The draft's own folder, made if missing. Receives `recipe.json`, `draft.safetensors` (latent, text embedding
    /// and mask, metadata with seed and settings), `clip.mp4`, `poster.png` and, while running, `state.safetensors`.
    package var folder: URL
    package var output: OutputRequest?
    /// Whether previews are wanted (x0 after each step, the decoded clip at the end).
    package var wantsPreviews: Bool

    package init(recipe: Recipe, folder: URL, output: OutputRequest? = nil, wantsPreviews: Bool = true) {
        self.recipe = recipe
        self.folder = folder
        self.output = output
        self.wantsPreviews = wantsPreviews
    }
}

/// The HR pass on a kept draft.
package struct CommitRequest: Sendable {
    /// The folder that a ``DraftRequest`` filled.
    package var draftFolder: URL
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
    /// Starts even where the plan says that memory will not do.
    package var ignoresMemory = false

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

/// What runs jobs: the engine in this process, or a stand-in without weights.
///
/// Dropping or cancelling the task that iterates a stream stops the job within a second.
package protocol GenerationService: Sendable {
    func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    /// What a job would need, without starting it.
    func plan(_ recipe: Recipe) async throws -> GenerationPlan
    /// How much of a prompt the model reads, for the editor.
    func tokenCount(of prompt: String, model: String) async throws -> PromptLength
    /// A kept draft's guidance features, one picture for each block, in the blocks' order; waits for the job that runs.
    func features(ofDraftIn folder: URL) async throws -> [FeaturePicture]
    /// Asks the running job for one sharper picture of its present estimate, which comes as a preview after the step.
    /// Where no job runs nothing happens.
    func look(_ look: SharperLook) async
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
    }

    package var stages: [StagePeak]
    package var lrTokens: Int
    package var hrTokens: Int
    /// Floating-point operations of one model evaluation at each size.
    package var lrFlopsPerCall: Double
    package var hrFlopsPerCall: Double
    /// What is free on this machine now, the control group's limit included.
    package var availableBytes: Int

    package var peakBytes: Int { stages.map(\.bytes).max() ?? 0 }

    package init(
        stages: [StagePeak], lrTokens: Int, hrTokens: Int, lrFlopsPerCall: Double, hrFlopsPerCall: Double,
        availableBytes: Int
    ) {
        self.stages = stages
        self.lrTokens = lrTokens
        self.hrTokens = hrTokens
        self.lrFlopsPerCall = lrFlopsPerCall
        self.hrFlopsPerCall = hrFlopsPerCall
        self.availableBytes = availableBytes
    }
}
