import Synchronization

/// The sharper look that somebody asked for last, until a job takes it up.
final class LookWishes: Sendable {
    private let wish = Mutex<SharperLook?>(nil)

    func ask(_ look: SharperLook) { wish.withLock { $0 = look } }

    func take() -> SharperLook? {
        wish.withLock { wish in
            defer { wish = nil }
            return wish
        }
    }
}
