import ArgumentParser

/// Prints the manual page; `make install` puts it where `man` looks.
struct ManualCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "__manual", abstract: "Print the manual page's source.", shouldDisplay: false)

    func run() async throws {
        Output.content(try ManualPage.text())
    }
}
