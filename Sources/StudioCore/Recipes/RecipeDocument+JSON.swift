import Foundation
import Generation
import Kernels

extension RecipeDocument {
    /// One line of JSON; keys in the order of the schema's description do not matter, so they are sorted.
    package func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Wire(self)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// - Throws: ``StudioError/unreadable(_:)`` where the text is no recipe of this schema.
    package init(json: String) throws(StudioError) {
        guard json.utf8.count <= Self.byteLimit else {
            throw .unreadable("The recipe is larger than 1 MiB and is not read.")
        }
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(json.utf8))
        } catch {
            throw .unreadable("This is not a recipe of Turbo2K: \(Self.reason(error)).")
        }
        guard wire.schema == Self.schema else {
            let found = TextCleaning.shortened(wire.schema, to: 40)
            throw .unreadable("The recipe's schema is \"\(found)\"; this program reads \"\(Self.schema)\".")
        }
        self = wire.document
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has the wrong type"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" cannot be read"
        default: "it is not JSON"
        }
    }

    /// The schema, field for field.
    private struct Wire: Codable {
        struct StepSeconds: Codable {
            var lr: [Double]?
            var hr: [Double]?
        }

        struct Partial: Codable {
            var steps: Int
            var of: Int
        }

        var schema: String
        var program: String?
        var kind: GenerationResult.Kind
        var prompt: String
        var negative: String?
        var seed: UInt32
        var frames: Int
        var fps: Double
        var lr: PassSettings
        var hr: PassSettings
        var model: String
        var weightsSHA256: String?
        var precision: Precision?
        var draftLatentSHA256: String?
        var preset: String?
        var made: String?
        var seconds: Double?
        var partial: Partial?
        var stepSeconds: StepSeconds?

        enum CodingKeys: String, CodingKey {
            case schema, program, kind, prompt, negative, seed, frames, fps, lr, hr, model, precision, preset, made
            case seconds, partial
            case weightsSHA256 = "weights_sha256"
            case draftLatentSHA256 = "draft_latent_sha256"
            case stepSeconds = "step_seconds"
        }

        init(_ document: RecipeDocument) {
            let recipe = document.recipe
            schema = RecipeDocument.schema
            program = document.program
            kind = document.kind
            prompt = recipe.prompt
            negative = recipe.negative
            seed = recipe.seed
            frames = recipe.frames
            fps = recipe.fps
            lr = recipe.lr
            hr = recipe.hr
            model = recipe.model
            weightsSHA256 = document.weightsSHA256
            precision = recipe.precision
            draftLatentSHA256 = document.draftLatentSHA256
            preset = document.preset
            made = document.made.map(HistoryDate.text)
            seconds = document.seconds
            partial = document.partial.map { Partial(steps: $0.done, of: $0.count) }
            if !document.lrStepSeconds.isEmpty || !document.hrStepSeconds.isEmpty {
                stepSeconds = StepSeconds(lr: document.lrStepSeconds, hr: document.hrStepSeconds)
            }
        }

        var document: RecipeDocument {
            let limit = RecipeLimits.promptCharacters
            let recipe = Recipe(
                prompt: String(TextCleaning.cleaned(prompt).prefix(limit)),
                negative: String(TextCleaning.cleaned(negative ?? "").prefix(limit)), seed: seed,
                frames: RecipeLimits.nearestFrames(frames), fps: fps.clamped(to: RecipeLimits.fps), lr: lr.bounded,
                hr: hr.bounded, model: TextCleaning.oneLine(model), precision: precision)
            var document = RecipeDocument(
                recipe: recipe, kind: kind, program: TextCleaning.shortened(program ?? "", to: 80),
                preset: preset.map { TextCleaning.shortened($0, to: 40) }, weightsSHA256: hash(weightsSHA256),
                draftLatentSHA256: hash(draftLatentSHA256), made: made.flatMap(HistoryDate.date),
                seconds: seconds.map { max($0, 0) }, lrStepSeconds: Array((stepSeconds?.lr ?? []).prefix(100)),
                hrStepSeconds: Array((stepSeconds?.hr ?? []).prefix(100)))
            document.partial = partial.map { StepsDone(done: max($0.steps, 0), of: max($0.of, 1)) }
            return document
        }

        /// Hexadecimal digits only.
        private func hash(_ text: String?) -> String? {
            text.flatMap { $0.count <= 64 && $0.allSatisfy(\.isHexDigit) && !$0.isEmpty ? $0 : nil }
        }
    }
}

extension PassSettings {
    /// The nearest settings that a job may have.
    fileprivate var bounded: PassSettings {
        var pass = self
        pass.size = RecipeLimits.nearest(size)
        pass.steps = steps.clamped(to: RecipeLimits.steps)
        pass.guidance = guidance.clamped(to: RecipeLimits.guidance)
        pass.shift = shift?.clamped(to: RecipeLimits.shift)
        pass.stg = stg?.clamped(to: RecipeLimits.guidance)
        pass.stgBlocks = stgBlocks.map { $0.prefix(100).map { $0.clamped(to: RecipeLimits.blocks) } }
        pass.rescale = rescale?.clamped(to: 0...1)
        pass.coverage = coverage?.clamped(to: RecipeLimits.coverage)
        pass.stepCache = stepCache?.clamped(to: RecipeLimits.stepCache)
        pass.timesteps = timesteps.map { $0.prefix(RecipeLimits.steps.upperBound).map { $0.clamped(to: 0...1) } }
        return pass
    }
}

extension Comparable {
    /// The nearest value within `range`.
    func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
