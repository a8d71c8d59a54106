import Generation
package import StudioCore

/// The form as it was left, kept for the next session.
package struct SavedForm: Codable, Sendable, Equatable {
    /// What the settings decide for a form that nobody has changed.
    package struct Wishes: Codable, Sendable, Equatable {
        package var preset: String
        package var metadata: Settings.Metadata

        package init(_ settings: Settings) {
            preset = settings.preset
            metadata = settings.metadata
        }
    }

    private let values: ResolvedPreset
    /// The preset as it was then.
    private let base: ResolvedPreset
    let seed: UInt32
    let seedMode: ParametersForm.SeedMode
    let seedDraft: Int?
    let usedSeeds: UInt32
    let sweeps: Sweeps
    let metadata: Settings.Metadata
    private let wishes: Wishes

    package init(_ form: ParametersForm, wishes: Wishes) {
        values = form.values
        base = form.base
        seed = form.seed
        seedMode = form.seedMode
        seedDraft = form.seedDraft
        usedSeeds = form.usedSeeds
        sweeps = form.sweeps
        metadata = form.metadata
        self.wishes = wishes
    }

    package var preset: String { base.name }
    package var model: String { values.model }

    /// Whether it may come back: every value can be used, and the settings ask for nothing else since.
    package func isUsable(_ wishes: Wishes) -> Bool {
        let recipe = values.recipe(prompt: "a clip", seed: 0)
        let counts = [sweeps.count, max(sweeps.seeds.count, 1), max(sweeps.steps.count, 1)]
        let isUsable =
            OutputFormat(rawValue: values.output.format) != nil
            && values.output.crf.map(RecipeLimits.crf.contains) ?? true
            && counts.allSatisfy((1...Sweeps.limit).contains) && sweeps.guidances.count <= Sweeps.limit
            && sweeps.steps.allSatisfy(RecipeLimits.steps.contains)
            && sweeps.guidances.allSatisfy(RecipeLimits.guidance.contains)
        return self.wishes == wishes && isUsable && (try? RecipeLimits.check(recipe)) != nil
    }

    /// What was changed by hand as it was left, all else as `preset` has it now; everything as it was left where the
    /// form stood on another preset.
    func values(over preset: ResolvedPreset) -> ResolvedPreset {
        var result = preset
        func keep<Value: Equatable>(_ path: WritableKeyPath<ResolvedPreset, Value>) {
            if preset.name != base.name || values[keyPath: path] != base[keyPath: path] {
                result[keyPath: path] = values[keyPath: path]
            }
        }
        keep(\.model)
        keep(\.precision)
        keep(\.frames)
        keep(\.fps)
        keep(\.negative)
        keep(\.promptTail)
        keep(\.output.folder)
        keep(\.output.name)
        keep(\.output.format)
        keep(\.output.crf)
        let passes: [WritableKeyPath<ResolvedPreset, PassSettings>] = [\.lr, \.hr]
        for pass in passes {
            // What no key changes came with a recipe, and stays together.
            var shown = values[keyPath: pass]
            (shown.size, shown.steps, shown.guidance) =
                (base[keyPath: pass].size, base[keyPath: pass].steps, base[keyPath: pass].guidance)
            if shown != base[keyPath: pass] { keep(pass) }
            keep(pass.appending(path: \.size))
            keep(pass.appending(path: \.steps))
            keep(pass.appending(path: \.guidance))
        }
        // A size changed in the file may not go with one changed by hand.
        guard RecipeLimits.fits(result.hr.size, draft: result.lr.size) else { return values.renamed(preset.name) }
        return result
    }
}

extension ResolvedPreset {
    fileprivate func renamed(_ name: String) -> ResolvedPreset {
        var result = self
        result.name = name
        return result
    }
}
