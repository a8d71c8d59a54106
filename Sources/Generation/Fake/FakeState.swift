import Foundation

/// The steps that a stopped run of a fake job finished.
struct FakeState: Codable {
    static let name = "state.json"

    var pass: Pass
    var step: Int
    /// All steps of the pass.
    var count: Int
    /// Stands for the program's build.
    var build: String?

    /// A damaged one counts as none.
    static func read(in folder: URL) -> FakeState? {
        (try? Data(contentsOf: folder.appending(path: name))).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
    }

    /// As the engine does with a state of another build.
    ///
    /// - Throws: ``GenerationError/otherState(_:canGoOn:)``.
    func check(build: String?, takesOther: Bool) throws(GenerationError) {
        func origin(_ build: String?) -> StateOrigin {
            StateOrigin(weightsSHA256: "", build: build ?? "", kernels: "")
        }
        guard !takesOther else { return }
        if let refusal = origin(self.build).refusal(by: origin(build), place: "step \(step) of \(count)") {
            throw refusal
        }
    }

    /// A finished job needs none any more.
    static func remove(in folder: URL) {
        try? FileManager.default.removeItem(at: folder.appending(path: name))
    }
}
