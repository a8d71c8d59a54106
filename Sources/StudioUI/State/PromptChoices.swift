/// A prompt with wildcards: `{red|blue} balloon` stands for two prompts.
///
/// A group is a pair of braces with at least one `|` and no braces inside; any other brace is text.
package struct PromptChoices: Sendable, Equatable {
    /// One of the prompts, and what was chosen for it.
    package struct Variant: Sendable, Equatable {
        package var text: String
        package var choices: [String]
    }

    private enum Piece: Sendable, Equatable {
        case text(String)
        case choice([String])
    }

    private let pieces: [Piece]

    package init(_ prompt: String) {
        var pieces: [Piece] = []
        var rest = prompt[...]
        while let open = rest.firstIndex(of: "{") {
            let inside = rest[rest.index(after: open)...]
            guard let end = inside.firstIndex(where: { $0 == "}" || $0 == "{" }) else { break }
            let words = inside[..<end]
            guard inside[end] == "}", words.contains("|") else {
                pieces.append(.text(String(rest[..<end])))
                rest = rest[end...]
                // A brace that closes nothing is text too; one that opens is looked at again.
                if inside[end] == "}" {
                    pieces.append(.text("}"))
                    rest = rest.dropFirst()
                }
                continue
            }
            pieces.append(.text(String(rest[..<open])))
            let options = words.split(separator: "|", omittingEmptySubsequences: false)
            pieces.append(.choice(options.map(String.init)))
            rest = inside[inside.index(after: end)...]
        }
        pieces.append(.text(String(rest)))
        self.pieces = pieces
    }

    /// How many prompts there are; `Int.max` where that is too much to count.
    package var count: Int {
        pieces.reduce(1) { product, piece in
            guard case .choice(let options) = piece else { return product }
            let (result, isTooMuch) = product.multipliedReportingOverflow(by: options.count)
            return isTooMuch ? .max : result
        }
    }

    /// The first prompt: what is counted and estimated.
    package var first: String { variant(0).text }

    /// Where in the text with its wildcards a character of ``first`` stands.
    package func sourceIndex(ofCharacter index: Int) -> Int {
        var (rest, source) = (index, 0)
        for piece in pieces {
            switch piece {
            case .text(let text):
                if rest <= text.count { return source + rest }
                rest -= text.count
                source += text.count
            case .choice(let options):
                let chosen = options[0].count
                if rest <= chosen { return source + 1 + rest }
                rest -= chosen
                source += options.reduce(options.count + 1) { $0 + $1.count }
            }
        }
        return source
    }

    /// The prompt of a number from 0 to ``count`` - 1; the last group changes fastest.
    package func variant(_ number: Int) -> Variant {
        var rest = number
        var text = ""
        var choices: [String] = []
        for piece in pieces.reversed() {
            switch piece {
            case .text(let part): text = part + text
            case .choice(let options):
                let chosen = options[rest % options.count]
                rest /= options.count
                text = chosen + text
                choices.insert(chosen.trimmingBlanks(), at: 0)
            }
        }
        return Variant(text: text, choices: choices)
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
