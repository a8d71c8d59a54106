package import Generation

/// One draft that is to be made together with others.
package struct BatchDraft: Sendable, Equatable {
    package var recipe: Recipe
    /// What sets it apart: `red, seed 41871`.
    package var label: String
}

/// Drafts that were asked for at once.
package struct Batch: Sendable, Equatable, Identifiable {
    package struct Member: Sendable, Equatable {
        package var label: String
        /// Its job, once it has a number.
        package var job: Int?
    }

    /// More drafts than this are asked about first.
    package static let askAbove = 24
    /// More than this is refused.
    package static let limit = 500

    package var id: Int
    package var members: [Member]

    package init(id: Int, labels: [String]) {
        self.id = id
        members = labels.map { Member(label: $0) }
    }

    /// Of a grid, whose members differ in two values or more: how many follow each other that differ in the last alone.
    package var rowLength: Int? {
        let rows = members.map { $0.label.split(separator: ", ").dropLast() }
        guard let length = rows.firstIndex(where: { $0 != rows[0] }), length > 1, rows.count.isMultiple(of: length)
        else { return nil }
        let isGrid = rows.indices.allSatisfy { rows[$0] == rows[$0 / length * length] }
        return isGrid ? length : nil
    }
}

/// Where a job stands in its batch.
package struct BatchPlace: Sendable, Equatable {
    package var batch: Int
    /// From 0.
    package var index: Int
    package var count: Int

    package init(batch: Int, index: Int, count: Int) {
        self.batch = batch
        self.index = index
        self.count = count
    }
}

extension ParametersForm {
    /// How many drafts the prompt makes with this form; `Int.max` where that is too much to count.
    package func draftCount(prompt: String) -> Int {
        let (count, isTooMuch) = PromptChoices(prompt).count.multipliedReportingOverflow(by: sweeps.variantCount)
        return isTooMuch ? .max : count
    }

    /// The drafts of wildcards, sweeps and count: words change slowest, guidance fastest.
    package func drafts(prompt: String, negative: String) -> [BatchDraft] {
        let words = PromptChoices(prompt)
        return (0..<words.count).flatMap { number in
            let variant = words.variant(number)
            return variants(of: recipe(prompt: variant.text, negative: negative), choices: variant.choices)
        }
    }

    private func variants(of recipe: Recipe, choices: [String]) -> [BatchDraft] {
        let seeds = sweeps.seeds.isEmpty ? (0..<sweeps.count).map { seed &+ UInt32($0) } : sweeps.seeds
        let steps = sweeps.steps.isEmpty ? [recipe.lr.steps] : sweeps.steps
        let guidances = sweeps.guidances.isEmpty ? [recipe.lr.guidance] : sweeps.guidances
        return seeds.flatMap { seed in
            steps.flatMap { stepCount in
                guidances.map { guidance in
                    var changed = recipe
                    changed.seed = seed
                    changed.lr.changeSteps(to: stepCount)
                    changed.lr.guidance = guidance
                    var words = choices
                    if seeds.count > 1 { words.append("seed \(seed)") }
                    if steps.count > 1 { words.append("\(stepCount) steps") }
                    if guidances.count > 1 { words.append("guidance \(Format.short(Double(guidance)))") }
                    return BatchDraft(recipe: changed, label: words.joined(separator: ", "))
                }
            }
        }
    }
}
