import Foundation
import Generation

/// What is asked of the drafts in the list, taken apart once for all of them: `seed:12`, `size:512x288`, `model:nano`,
/// `tag:night`, `day:2026-01-31` (in UTC), `star:`, `has:commit`, or text of the prompt. Every word has to fit.
package struct DraftFilter: Sendable {
    private enum Term {
        case seed(String)
        case size(String)
        case model(String)
        case tag(String)
        case day(String)
        case star
        case commit
        case words(Substring.UTF8View)
    }

    private let terms: [Term]

    package init(_ text: String) {
        terms = text.lowercased().split(separator: " ").map { word in
            func rest(_ name: String) -> String? { word.hasPrefix(name) ? String(word.dropFirst(name.count)) : nil }
            if let value = rest("seed:") { return .seed(value) }
            if let value = rest("size:") { return .size(value) }
            if let value = rest("model:") { return .model(value) }
            if let value = rest("tag:") { return .tag(value) }
            if let value = rest("day:") { return .day(value) }
            if word.hasPrefix("star:") { return .star }
            return word == "has:commit" ? .commit : .words(word.utf8)
        }
    }

    package func matches(_ entry: DraftEntry) -> Bool {
        let recipe = entry.recipe
        var words: String?
        return terms.allSatisfy { term in
            switch term {
            case .seed(let value): return String(recipe.seed).hasPrefix(value)
            case .size(let value): return recipe.lr.size.description.contains(value)
            case .model(let value): return recipe.model.lowercased().contains(value)
            case .tag(let value): return entry.tags.contains { $0.lowercased().hasPrefix(value) }
            case .day(let value): return entry.made.map { Self.day($0).hasPrefix(value) } ?? false
            case .star: return entry.isStarred
            case .commit: return entry.commit != .none
            case .words(let wanted):
                let text = words ?? recipe.prompt.lowercased()
                words = text
                return Self.contains(text.utf8, wanted)
            }
        }
    }

    /// Bytes are compared: the search of the library knows equal characters of other spellings, and takes ten times as
    /// long over ten thousand prompts.
    private static func contains(_ text: String.UTF8View, _ wanted: Substring.UTF8View) -> Bool {
        guard let first = wanted.first else { return true }
        let count = wanted.count
        var rest = text[...]
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            guard rest.count >= count else { return false }
            if rest.starts(with: wanted) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// `2026-01-31`, in UTC as in the history.
    private static func day(_ date: Date) -> String { String(date.ISO8601Format().prefix(10)) }
}
