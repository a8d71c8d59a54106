import Foundation
package import Generation

/// What another program wrote into a clip about how it was made, as far as it is understood.
///
/// Read are an object with a `prompt`, and the lines that many programs write as `parameters`: the prompt, then
/// `Negative prompt: ...`, then `Steps: 20, CFG scale: 7, Seed: 5, Size: 512x288`.
package struct ForeignSettings: Sendable, Equatable {
    package var prompt: String
    package var negative = ""
    package var seed: UInt32?
    package var steps: Int?
    package var guidance: Float?
    package var size: VideoSize?

    /// Nil where nothing is understood. Control characters are removed and numbers out of bounds left out.
    package init?(_ text: String) {
        guard text.utf8.count <= RecipeDocument.byteLimit else { return nil }
        guard let object = try? JSONDecoder().decode(Wire.self, from: Data(text.utf8)) else {
            self.init(lines: text)
            return
        }
        if let parameters = object.parameters { self.init(lines: parameters) } else { self.init(object) }
    }

    private init?(_ object: Wire) {
        prompt = Self.cleaned(object.prompt ?? "")
        guard !prompt.isEmpty else { return nil }
        negative = Self.cleaned(object.negative ?? "")
        seed = object.seed.flatMap { UInt32(exactly: $0) }
        steps = object.steps.flatMap(Self.steps)
        guidance = object.guidance.flatMap(Self.guidance)
    }

    private init?(lines text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // Without the line of numbers this is a remark and no prompt.
        guard let last = lines.lastIndex(where: { $0.hasPrefix("Steps: ") }) else { return nil }
        let mark = "Negative prompt: "
        let start = lines[..<last].firstIndex { $0.hasPrefix(mark) }
        prompt = Self.cleaned(lines[..<(start ?? last)].joined(separator: "\n"))
        if let start {
            negative = Self.cleaned(String(lines[start..<last].joined(separator: "\n").dropFirst(mark.count)))
        }
        for field in lines[last].split(separator: ",") {
            let parts = field.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2 else { continue }
            switch parts[0].lowercased() {
            case "steps": steps = Int(parts[1]).flatMap(Self.steps)
            case "cfg scale": guidance = Float(parts[1]).flatMap(Self.guidance)
            case "seed": seed = UInt32(parts[1])
            case "size": size = VideoSize(parts[1]).map(RecipeLimits.nearest)
            default: break
            }
        }
        guard !prompt.isEmpty else { return nil }
    }

    /// A recipe with these settings in place of its own.
    package func applied(to recipe: Recipe) -> Recipe {
        var changed = recipe
        changed.prompt = prompt
        changed.negative = negative
        changed.seed = seed ?? recipe.seed
        changed.lr.steps = steps ?? recipe.lr.steps
        changed.lr.guidance = guidance ?? recipe.lr.guidance
        if let size, let fitting = RecipeLimits.fittingSizes(forDraft: size).last {
            changed.lr.size = size
            if !RecipeLimits.fits(recipe.hr.size, draft: size) { changed.hr.size = fitting }
        }
        return changed
    }

    private struct Wire: Decodable {
        var prompt: String?
        var negative: String?
        var seed: Int?
        var steps: Int?
        var guidance: Float?
        var parameters: String?

        private enum CodingKeys: String, CodingKey {
            case prompt, negative, seed, steps, guidance, parameters
            case negativePrompt = "negative_prompt"
            case guidanceScale = "guidance_scale"
        }

        /// A field of another type than expected is one that is not understood.
        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            prompt = try? values.decode(String.self, forKey: .prompt)
            negative =
                (try? values.decode(String.self, forKey: .negative))
                ?? (try? values.decode(String.self, forKey: .negativePrompt))
            seed = try? values.decode(Int.self, forKey: .seed)
            steps = try? values.decode(Int.self, forKey: .steps)
            guidance =
                (try? values.decode(Float.self, forKey: .guidance))
                ?? (try? values.decode(Float.self, forKey: .guidanceScale))
            parameters = try? values.decode(String.self, forKey: .parameters)
        }
    }

    private static func cleaned(_ text: String) -> String {
        String(
            TextCleaning.cleaned(text).trimmingCharacters(in: .whitespacesAndNewlines)
                .prefix(RecipeLimits.promptCharacters))
    }

    private static func steps(_ count: Int) -> Int? { RecipeLimits.steps.contains(count) ? count : nil }

    private static func guidance(_ scale: Float) -> Float? { RecipeLimits.guidance.contains(scale) ? scale : nil }
}
