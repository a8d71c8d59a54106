/// What switches a terminal to our screen and back: from its description where it has it.
package struct ModeStrings: Equatable, Sendable {
    package var enterScreen: String
    package var leaveScreen: String
    package var showCursor: String
    package var keypadOff: String

    package init(enterScreen: String, leaveScreen: String, showCursor: String, keypadOff: String) {
        self.enterScreen = enterScreen
        self.leaveScreen = leaveScreen
        self.showCursor = showCursor
        self.keypadOff = keypadOff
    }

    /// Sent at the start, and again after a suspension.
    package func enter(usesMouse: Bool) -> [UInt8] {
        let mouse = usesMouse ? ControlBytes.mouseOn : ""
        return Array((enterScreen + mouse + ControlBytes.pasteOn + ControlBytes.focusReportsOn).utf8)
    }

    /// The exit string of section 9.5: puts everything back, whatever was on.
    /// `imageIDs` are the kitty images that are ours.
    package func restore(imageIDs: [UInt32] = []) -> [UInt8] {
        var text = ControlBytes.stringTerminator
        for id in imageIDs { text += "\u{1B}_Ga=d,d=I,i=\(id),q=2" + ControlBytes.stringTerminator }
        text += ControlBytes.synchronizedOff + ControlBytes.mouseOff + ControlBytes.pasteOff
        text += ControlBytes.focusReportsOff + ControlBytes.keyboardProtocolPop
        text += ControlBytes.plainStyle + "\u{1B}[r" + showCursor + keypadOff
        // Without a second screen ours stays; the shell goes on below it.
        text += leaveScreen.isEmpty ? "\u{1B}[999;1H\r\n" : leaveScreen
        return Array(text.utf8)
    }
}
