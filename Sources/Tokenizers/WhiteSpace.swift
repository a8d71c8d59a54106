extension Unicode.Scalar {
    /// Whether Python's `str.strip` removes this character: Unicode's white space and the four ASCII separators.
    var isPythonWhiteSpace: Bool {
        properties.isWhitespace || (0x1C...0x1F).contains(value)
    }
}

extension Substring.UnicodeScalarView {
    /// Works on scalars: a space that carries a combining mark is one Swift `Character` and no white space.
    func strippedOnTheLeft() -> Substring.UnicodeScalarView {
        drop { $0.isPythonWhiteSpace }
    }

    func strippedOnTheRight() -> Substring.UnicodeScalarView {
        var end = endIndex
        while end > startIndex, self[index(before: end)].isPythonWhiteSpace { end = index(before: end) }
        return self[startIndex..<end]
    }
}
