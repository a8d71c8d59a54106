/// How much of a prompt the model reads.
package struct PromptLength: Sendable, Equatable, Codable {
    /// Text tokens the prompt takes, the final one included.
    package var used: Int
    /// The most tokens the model reads.
    package var limit: Int
    /// Characters from the start of the prompt that are read; nil: all of them.
    package var readCharacters: Int?

    package init(used: Int, limit: Int, readCharacters: Int? = nil) {
        self.used = used
        self.limit = limit
        self.readCharacters = readCharacters
    }

    /// Measures a prompt by what counts its tokens; one past the limit is counted some ten times more.
    package init(of prompt: String, limit: Int, count: (String) -> Int) {
        self.init(used: count(prompt), limit: limit)
        guard used > limit else { return }
        let characters = Array(prompt)
        // A longer text takes more tokens; where the cut falls into a word, its pieces may differ by one.
        var (fitting, tooLong) = (0, characters.count)
        while fitting + 1 < tooLong {
            let middle = (fitting + tooLong) / 2
            if count(String(characters[..<middle])) <= limit { fitting = middle } else { tooLong = middle }
        }
        readCharacters = fitting
    }
}
