/// Guidance over the whole schedule: one set of strengths, or a table of them by noise level.
///
/// Decodes from a pipeline's settings, where each strength is a number or a list, and `skip_block_list` a list of blocks or
/// a list of such lists.
package struct GuidanceTable: Sendable, Hashable {
    /// A line of the table.
    package struct Entry: Sendable, Hashable {
        package var guidance: Guidance
        /// Blocks that the perturbed velocity skips.
        package var skippedBlocks: [Int]

        package init(guidance: Guidance, skippedBlocks: [Int] = []) {
            self.guidance = guidance
            self.skippedBlocks = skippedBlocks
        }
    }

    /// Where each entry starts to hold, descending; empty if there is one entry for all levels.
    package let timesteps: [Float]
    package let entries: [Entry]

    /// One entry for all noise levels.
    package init(_ entry: Entry) {
        timesteps = []
        entries = [entry]
    }

    /// - Throws: ``DiffusionError/badGuidanceTable(_:)`` unless there are as many entries as timesteps, which descend.
    package init(timesteps: [Float], entries: [Entry]) throws(DiffusionError) {
        guard !entries.isEmpty, timesteps.count == entries.count else {
            throw .badGuidanceTable("it has \(timesteps.count) guidance_timesteps for \(entries.count) entries")
        }
        guard zip(timesteps, timesteps.dropFirst()).allSatisfy({ $0 > $1 }) else {
            throw .badGuidanceTable("its guidance_timesteps must descend")
        }
        self.timesteps = timesteps
        self.entries = entries
    }

    /// The line that holds at a noise level: the first whose timestep is not above it, else the last.
    package func index(at time: Float) -> Int {
        timesteps.firstIndex { $0 <= time } ?? entries.count - 1
    }

    /// The strengths and skipped blocks at a noise level.
    package func entry(at time: Float) -> Entry { entries[index(at: time)] }
}

extension GuidanceTable: Decodable {
    private enum CodingKeys: String, CodingKey {
        case scale = "guidance_scale"
        case perturbationScale = "stg_scale"
        case rescaling = "rescaling_scale"
        case skippedBlocks = "skip_block_list"
        case timesteps = "guidance_timesteps"
        case projectsNegative = "cfg_star_rescale"
    }

    /// - Throws: ``DiffusionError/badGuidanceTable(_:)``, or the decoder's error for a value of another type.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let timesteps = try values.decodeIfPresent([Float].self, forKey: .timesteps) ?? []
        let count = max(timesteps.count, 1)
        func column(_ key: CodingKeys, _ standard: Float) throws -> [Float] {
            let column = try values.decodeIfPresent(OneOrMany<Float>.self, forKey: key) ?? .one(standard)
            return try column.expanded(to: count, key.rawValue)
        }
        let scales = try column(.scale, 1)
        let perturbations = try column(.perturbationScale, 0)
        let rescalings = try column(.rescaling, 1)
        let blocks = try values.decodeIfPresent(OneOrMany<[Int]>.self, forKey: .skippedBlocks) ?? .one([])
        let skipped = try blocks.expanded(to: count, CodingKeys.skippedBlocks.rawValue)
        let projects = try values.decodeIfPresent(Bool.self, forKey: .projectsNegative) ?? false
        let entries = (0..<count).map { index in
            Entry(
                guidance: Guidance(
                    scale: scales[index], perturbationScale: perturbations[index], rescaling: rescalings[index],
                    projectsNegative: projects), skippedBlocks: skipped[index])
        }
        if timesteps.isEmpty { self.init(entries[0]) } else { try self.init(timesteps: timesteps, entries: entries) }
    }
}

/// A setting that is given once or per line of a table.
private enum OneOrMany<Value: Decodable>: Decodable {
    case one(Value)
    case many([Value])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // `[1, 3]` is one list of blocks, `[[1], [3]]` two; the more deeply nested form is tried first.
        if let many = try? container.decode([Value].self), !many.isEmpty {
            self = .many(many)
        } else {
            self = .one(try container.decode(Value.self))
        }
    }

    func expanded(to count: Int, _ key: String) throws -> [Value] {
        switch self {
        case .one(let value): return Array(repeating: value, count: count)
        case .many(let values):
            guard values.count == count else {
                throw DiffusionError.badGuidanceTable("\(key) has \(values.count) entries for \(count) timesteps")
            }
            return values
        }
    }
}
