/// What `turbo2k __screen` says, as far as tests look at it.
struct ScreenFacts: Decodable {
    struct Point: Decodable, Equatable {
        var x: Int
        var y: Int
    }

    struct Area: Decodable, Equatable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
    }

    struct Step: Decodable {
        var number: Int
        var seconds: Double
    }

    struct Job: Decodable {
        var id: Int
        var kind: String
        var state: String
        var steps: [Step]
    }

    struct Message: Decodable {
        var kind: String
        var text: String
    }

    struct Drafts: Decodable {
        var all: Int
        var shown: Int
        var selected: Int?
    }

    struct Preview: Decodable {
        var area: Area?
        var graphics: String
        var frame: Int?
        var frames: Int?
        var referenceFrame: Int?
        var isPlaying: Bool
    }

    struct Process: Decodable {
        var id: Int32
        var residentBytes: Int
        var openFiles: Int
        var writtenBytes: Int
        var sentFrames: Int
    }

    var focus: String
    var cursor: Point?
    var panes: [String: Area]
    var dialogs: [String]
    var message: Message?
    var prompt: String
    var theme: String
    var jobs: [Job]
    var drafts: Drafts
    var preview: Preview
    var process: Process
}
