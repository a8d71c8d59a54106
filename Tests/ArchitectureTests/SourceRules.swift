/// What no source file may hold.
enum SourceRules {
    static let mostLines = 600

    static func tooLong(_ files: [SourceTree.File]) -> [String] {
        files.filter { $0.lines.count > mostLines }.map { "\($0.path) has \($0.lines.count) lines; find the seam." }
    }

    /// Calls that end the program, and notes of work undone.
    static func forbiddenWords(_ files: [SourceTree.File]) -> [String] {
        violations(files.filter(\.isSwift)) { lines, index in
            guard lines[index].contains("!") || lines[index].contains("fatalError") else { return nil }
            let code = code(lines[index])
            for word in ["try!", "as!"] where code.split(whereSeparator: isBoundary).contains(where: { $0 == word }) {
                return "uses \(word)"
            }
            return code.contains("fatalError(") ? "calls fatalError" : nil
        }
            + violations(files) { lines, index in
                ["TODO", "FIXME"].first { word in
                    lines[index].contains(word)
                        && lines[index].split { !$0.isLetter && !$0.isNumber }.contains { $0 == word }
                }.map { "holds a \($0)" }
            }
    }

    /// `value!`, `call()!` and `list[0]!`, and types `Value!`.
    static func forcedUnwraps(_ files: [SourceTree.File]) -> [String] {
        violations(files.filter(\.isSwift)) { lines, index in
            guard lines[index].contains("!") else { return nil }
            let code = Array(code(lines[index]))
            for place in code.indices.dropFirst() where code[place] == "!" {
                let (before, after) = (code[place - 1], place + 1 < code.count ? code[place + 1] : " ")
                if (before.isLetter || before.isNumber || ")]_".contains(before)) && after != "=" {
                    return "unwraps by force"
                }
            }
            return nil
        }
    }

    /// Claims to the compiler without a reason: a `SAFETY:` comment is wanted on the line or within two lines of it.
    static func unexplainedSafety(_ files: [SourceTree.File]) -> [String] {
        violations(files.filter(\.isSwift)) { lines, index in
            guard
                let claim = ["@unchecked Sendable", "nonisolated(unsafe)"].first(where: { lines[index].contains($0) }),
                code(lines[index]).contains(claim)
            else { return nil }
            let near = lines[max(0, index - 2)...min(lines.count - 1, index + 2)]
            return near.contains { $0.contains("SAFETY:") } ? nil : "says \(claim) without a SAFETY: comment"
        }
    }

    static func testableImports(_ files: [SourceTree.File]) -> [String] {
        violations(files) { lines, index in
            lines[index].hasPrefix("@testable") ? "imports what is not for others" : nil
        }
    }

    private static func violations(
        _ files: [SourceTree.File], _ check: (_ lines: [String], _ index: Int) -> String?
    ) -> [String] {
        files.flatMap { file in
            file.lines.indices.compactMap { index in
                check(file.lines, index).map { "\(file.path):\(index + 1) \($0)." }
            }
        }
    }

    private static func isBoundary(_ character: Character) -> Bool {
        !(character.isLetter || character.isNumber || character == "_" || character == "!")
    }

    /// The line without string literals and comments. Lines inside a multiline literal count as code.
    static func code(_ line: String) -> String {
        var (result, isQuoted, isEscaped) = ("", false, false)
        for character in line {
            if isQuoted {
                if character == "\"" && !isEscaped { isQuoted = false }
                isEscaped = character == "\\" && !isEscaped
            } else if character == "\"" {
                isQuoted = true
            } else {
                result.append(character)
                if result.hasSuffix("//") { return String(result.dropLast(2)) }
            }
        }
        return result
    }
}
