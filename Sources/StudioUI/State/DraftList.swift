/// The drafts, newest first, with selection and filter.
package struct DraftList: Sendable {
    /// The newest so many; the history keeps all.
    package static let limit = 10_000

    /// The numbers fall.
    package private(set) var all: [DraftEntry] = []
    /// Those that fit the filter, where there is one.
    private var filtered: [DraftEntry] = []
    package private(set) var filter = TextEditor(isMultiline: false)
    package private(set) var isFilterFocused = false
    package private(set) var selectedID: Int?

    package init() {}

    package var shown: [DraftEntry] { filter.isEmpty ? all : filtered }

    package var selected: DraftEntry? { selectedID.flatMap { id in Self.index(of: id, in: all).map { all[$0] } } }

    package var selectedIndex: Int? { selectedID.flatMap { Self.index(of: $0, in: shown) } }

    package func draft(_ id: Int) -> DraftEntry? { Self.index(of: id, in: all).map { all[$0] } }

    /// Takes in what was read, beside what is known already and may be newer.
    package mutating func take(_ entries: [DraftEntry]) {
        all = (all + entries.filter { Self.index(of: $0.id, in: all) == nil }).sorted { $0.id > $1.id }
        applyFilter()
        if selected == nil { selectedID = shown.first?.id }
    }

    /// - Returns: the draft that had to make room.
    @discardableResult
    package mutating func add(_ entry: DraftEntry) -> Int? {
        defer { applyFilter() }
        let place = Self.place(of: entry.id, in: all)
        if place < all.count, all[place].id == entry.id {
            all[place] = entry
            return nil
        }
        all.insert(entry, at: place)
        guard all.count > Self.limit, let oldest = all.lastIndex(where: { $0.id != selectedID }) else { return nil }
        return all.remove(at: oldest).id
    }

    package mutating func select(_ id: Int?) { selectedID = id }

    /// The entry that becomes selected is the one that took the place of the removed one.
    package mutating func remove(_ id: Int) {
        let index = selectedIndex
        all.removeAll { $0.id == id }
        applyFilter()
        guard selectedID == id else { return }
        let rest = shown
        selectedID = index.flatMap { rest.isEmpty ? nil : rest[min($0, rest.count - 1)].id }
    }

    package mutating func change(_ id: Int, _ body: (inout DraftEntry) -> Void) {
        guard let index = Self.index(of: id, in: all) else { return }
        body(&all[index])
        applyFilter()
    }

    package mutating func setFilter(_ editor: TextEditor, isFocused: Bool) {
        let isOther = editor.text != filter.text
        filter = editor
        isFilterFocused = isFocused
        if isOther { applyFilter() }
        if selectedIndex == nil { selectedID = shown.first?.id }
    }

    /// Moves the selection; positive is older.
    ///
    /// - Returns: whether it moved.
    package mutating func move(by step: Int) -> Bool {
        let rest = shown
        guard !rest.isEmpty else { return false }
        let index = min(max((selectedIndex ?? 0) + step, 0), rest.count - 1)
        guard rest[index].id != selectedID else { return false }
        selectedID = rest[index].id
        return true
    }

    private mutating func applyFilter() {
        guard !filter.isEmpty else { return filtered = [] }
        let wanted = DraftFilter(filter.text)
        filtered = all.filter(wanted.matches)
    }

    private static func index(of id: Int, in entries: [DraftEntry]) -> Int? {
        let place = place(of: id, in: entries)
        return place < entries.count && entries[place].id == id ? place : nil
    }

    /// The first entry that is not newer.
    private static func place(of id: Int, in entries: [DraftEntry]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id > id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
