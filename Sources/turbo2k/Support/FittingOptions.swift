import Generation
import StudioCore

/// Options with which a job that is too large would fit into memory, one by one.
struct FittingOptions {
    let recipe: Recipe
    let service: any GenerationService
    /// What plans are multiplied with.
    let margin: Double

    /// The largest size of the draft's shape, the most frames, and int8 weights, as far as each alone is enough.
    func words() async -> [String] {
        var words: [String] = []
        let area = recipe.hr.size.width * recipe.hr.size.height
        let sizes = RecipeLimits.fittingSizes(forDraft: recipe.lr.size)
            .filter { $0.width * $0.height < area }.sorted { $0.width < $1.width }
        if let size = await last(of: sizes, { $0.hr.size = $1 }) { words.append("--size \(size)") }
        let counts = Array(stride(from: 1, to: recipe.frames, by: 8))
        if let count = await last(of: counts, { $0.frames = $1 }) { words.append("--frames \(count)") }
        if let smallest = try? PrecisionName.value("int8"), recipe.precision != smallest,
            await fits({ $0.precision = smallest })
        {
            words.append("--precision \(PrecisionName.text(smallest))")
        }
        return words
    }

    /// The last of `values`, which need ever more, with which the job fits.
    private func last<Value>(of values: [Value], _ change: (inout Recipe, Value) -> Void) async -> Value? {
        var (fitting, tooLarge) = (0, values.count)
        // The first `fitting` ones fit, those from `tooLarge` on do not.
        while fitting < tooLarge {
            let middle = (fitting + tooLarge) / 2
            if await fits({ change(&$0, values[middle]) }) { fitting = middle + 1 } else { tooLarge = middle }
        }
        return fitting > 0 ? values[fitting - 1] : nil
    }

    private func fits(_ change: (inout Recipe) -> Void) async -> Bool {
        var changed = recipe
        change(&changed)
        // What cannot be planned is no advice.
        guard let plan = try? await service.plan(changed).multiplied(by: margin) else { return false }
        return plan.peakBytes <= plan.availableBytes
    }
}
