import pytest

from app.drives.shares import same_server, share_of


@pytest.mark.parametrize(
    ("device", "kind", "key", "folder"),
    [
        ("//nas/media", "cifs", "nas/media", ""),
        ("//NAS/Media/", "cifs", "nas/media", ""),
        ("//me@nas/media", "smbfs", "nas/media", ""),
        ("//STUDIO;me:secret@nas/media/shows/a", "smbfs", "nas/media", "shows/a"),
        ("//nas._smb._tcp.local/My%20Media", "smbfs", "nas/my media", ""),
        (r"\\nas\media", "network", "nas/media", ""),
        ("nas:/media", "nfs4", "nas/media", ""),
        ("nas:/volume1/Media", "nfs", "nas/volume1/Media", ""),
        ("me@nas:/srv/media/", "fuse.sshfs", "nas/srv/media", ""),
        ("[fe80::1]:/media", "nfs4", "fe80::1/media", ""),
        ("https://nas:8443/dav/x", "davfs", "nas/dav", "x"),
        ("//nas@SSL@8443/dav", "webdav", "nas/dav", ""),
    ],
)
def test_a_share_is_the_same_however_it_is_mounted(device: str, kind: str, key: str, folder: str) -> None:
    share = share_of(device, kind)
    assert share is not None
    assert (share.key, share.folder) == (key, folder)


@pytest.mark.parametrize("device", ["/dev/sda1", "tmpfs", "none", "", "//"])
def test_what_names_no_share(device: str) -> None:
    assert share_of(device, "ext4") is None


def test_a_server_is_known_with_and_without_its_domain() -> None:
    assert same_server("nas", "nas.studio.local")
    assert not same_server("nas", "nas2")
    assert not same_server("10.0.0.1", "10.0.0.1.example")
