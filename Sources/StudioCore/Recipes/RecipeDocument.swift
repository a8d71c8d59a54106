package import Foundation
package import Generation
import Kernels

/// The recipe inside an output file: `turbo2k.recipe.v1`.
///
/// Reading treats it as data from anywhere: at most 1 MiB, strict types, control characters removed, numbers clamped
/// to what a job may have.
package struct RecipeDocument: Sendable, Hashable {
    package static let schema = "turbo2k.recipe.v1"
    package static let byteLimit = 1 << 20

    package var recipe: Recipe
    package var kind: GenerationResult.Kind
    /// `turbo2k 1.0.0`.
    package var program: String
    package var preset: String?
    package var weightsSHA256: String?
    package var draftLatentSHA256: String?
    package var made: Date?
    /// Of the whole job. The history has it; in a clip of this program it is missing, as are the times of the commit's
    /// steps: a clip's metadata are written when the file is opened, before the job has ended.
    package var seconds: Double?
    /// Of a clip that shows an estimate: the steps that were done.
    package var partial: StepsDone?
    package var lrStepSeconds: [Double]
    package var hrStepSeconds: [Double]

    package init(
        recipe: Recipe, kind: GenerationResult.Kind, program: String = Program.nameAndVersion, preset: String? = nil,
        weightsSHA256: String? = nil, draftLatentSHA256: String? = nil, made: Date? = nil, seconds: Double? = nil,
        lrStepSeconds: [Double] = [], hrStepSeconds: [Double] = []
    ) {
        self.recipe = recipe
        self.kind = kind
        self.program = program
        self.preset = preset
        self.weightsSHA256 = weightsSHA256
        self.draftLatentSHA256 = draftLatentSHA256
        self.made = made
        self.seconds = seconds
        self.lrStepSeconds = lrStepSeconds
        self.hrStepSeconds = hrStepSeconds
    }

    /// As the history's `precision` column has it.
    package var precisionText: String? { recipe.precision?.rawValue }

    /// What may be written into a file under a privacy setting; nil: nothing.
    package func shared(_ metadata: Settings.Metadata) -> RecipeDocument? {
        switch metadata {
        case .none: return nil
        case .full: return self
        case .short:
            var copy = self
            copy.recipe.prompt = ""
            copy.recipe.negative = ""
            return copy
        }
    }
}
