package import Foundation
package import Generation

/// File names made from a job: `{date}-{slug}-{seed}-{kind}`.
package enum OutputName {
    /// Leaves a whole default name, longest seed and extension included, within 60 bytes.
    package static let slugBytes = 26

    /// Words of the prompt reduced to letters, digits and `-`; `clip` where nothing is left.
    package static func slug(_ prompt: String, limit: Int = slugBytes) -> String {
        var result = ""
        for word in prompt.lowercased().split(whereSeparator: { !($0.isLetter || $0.isNumber) }) {
            let kept = String(
                word.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
            guard !kept.isEmpty else { continue }
            let longer = result.isEmpty ? kept : result + "-" + kept
            if longer.utf8.count > limit {
                if result.isEmpty { result = cut(kept, to: limit) }
                break
            }
            result = longer
        }
        return result.isEmpty ? "clip" : result
    }

    /// Fills the template and makes it safe as one path component, without its extension.
    ///
    /// The date is shown as the day in the user's own time zone.
    package static func name(
        template: String, recipe: Recipe, kind: GenerationResult.Kind, job: Int, date: Date
    ) -> String {
        let day = date.formatted(Date.ISO8601FormatStyle(timeZone: .current).year().month().day())
        let values = [
            "date": day, "slug": slug(recipe.prompt), "seed": String(recipe.seed),
            "kind": kind == .draft ? "draft" : "2k", "job": String(job), "model": slug(recipe.model, limit: 30),
            "size": (kind == .draft ? recipe.lr.size : recipe.hr.size).description,
        ]
        var text = template
        for (key, value) in values { text = text.replacing("{\(key)}", with: value) }
        return safe(text)
    }

    /// The first of `name.ext`, `name-2.ext`, `name-3.ext` that does not exist in `folder`.
    package static func freeFile(named name: String, extension suffix: String, in folder: URL) -> URL {
        var candidate = folder.appending(path: "\(name).\(suffix)")
        var number = 2
        while FileManager.default.fileExists(atPath: candidate.path(percentEncoded: false)) {
            candidate = folder.appending(path: "\(name)-\(number).\(suffix)")
            number += 1
        }
        return candidate
    }

    /// Beside `file`, and marked as a clip of what there is: `name-partial.ext`, or the next free name.
    package static func partialFile(for file: URL) -> URL {
        freeFile(
            named: file.deletingPathExtension().lastPathComponent + "-partial", extension: file.pathExtension,
            in: file.deletingLastPathComponent())
    }

    /// Letters, digits, `-`, `_`, `.` and `,`, never beginning with `-` or `.`, at most 200 bytes.
    static func safe(_ text: String) -> String {
        let kept = text.map { $0.isLetter || $0.isNumber || "-_.,".contains($0) ? $0 : "-" }
        let name = cut(String(String(kept).drop { $0 == "-" || $0 == "." }), to: 200)
        return name.isEmpty ? "clip" : name
    }

    /// The longest beginning of whole characters within `limit` bytes.
    private static func cut(_ text: String, to limit: Int) -> String {
        var result = ""
        for character in text {
            guard result.utf8.count + character.utf8.count <= limit else { break }
            result.append(character)
        }
        return result
    }
}
