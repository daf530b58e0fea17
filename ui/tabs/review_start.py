"""The frame to stand at in an asset that was asked for."""

from ui.tabs.review_player import Player
from ui.tabs.review_signer import AssetKey


class StartFrame:
    """Goes to a frame once the asset that it belongs to is in sight.

    Args:
        player: of the asset in sight.
    """

    def __init__(self, player: Player) -> None:
        self._player = player
        self._asset: AssetKey | None = None
        self._frame = ""

    def ask(self, asset: AssetKey, frame: str) -> None:
        """An asset is asked for; the frame is empty where it does not matter."""
        self._asset, self._frame = asset, frame

    def reach(self, asset: AssetKey | None) -> None:
        """This asset is in sight now; None for none."""
        reel = self._player.reel
        if asset is None or asset != self._asset or reel is None:
            return
        self._asset = None
        position = reel.position(self._frame)
        if position is not None:
            self._player.go_to(position)
