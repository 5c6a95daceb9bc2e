//! Certificates that clusters gave, kept for `--offline`: a file for each cluster.
//!
//! A line that says when it was fetched, and the certificate in PEM: nothing of it is secret. What stands there decides
//! whose key is sealed for, so nobody else may be able to write it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use sealkit_core::{Certificate, UnixTime};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::ClusterArgs;
use crate::clock;
use crate::error::Error;
use crate::input::{self, CERTIFICATE_LIMIT};
use crate::kubeconfig::Target;
use crate::output::{Audience, Destination};
use crate::ui::Ui;

/// Of the program, in the folder that a person's programs have for such files.
const FOLDERS: [&str; 2] = ["sealkit", "certificates"];
/// What the first line begins with.
const FETCHED: &str = "fetched: ";
/// A file that says the same is not written again before that: it costs more than all of sealing.
const AS_GOOD_AS_NEW_SECONDS: i64 = HOUR;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Where the certificate of a cluster's controller is kept.
pub(super) struct Place {
    /// The folder that a person's programs have for such files.
    root: PathBuf,
    file: PathBuf,
}

/// A certificate that was kept.
pub(super) struct Kept {
    pub(super) certificate: Certificate,
    pub(super) fetched: UnixTime,
}

impl Place {
    /// That of the cluster; none where a person has no folder for such files.
    pub(super) fn of(target: &Target, args: &ClusterArgs) -> Option<Self> {
        Some(Self::below(root(|name| env::var_os(name))?, &key(target, args)))
    }

    fn below(root: PathBuf, key: &str) -> Self {
        let mut file = root.clone();
        file.extend(FOLDERS);
        file.push(format!("{key}.pem"));
        Self { root, file }
    }

    /// What is kept there, if anything is.
    pub(super) fn read(&self) -> Result<Option<Kept>, Error> {
        let Some(file) = self.checked_file()? else { return Ok(None) };
        let text = self.text(file)?;
        let damaged = || {
            Error::failed("is no certificate that was kept")
                .hint("remove it, and fetch the certificate again: seal cert fetch")
                .about(self.file.display())
        };
        parse(&text).map(Some).ok_or_else(damaged)
    }

    /// Keeps a certificate that was fetched now.
    pub(super) fn keep(&self, certificate: &Certificate, ui: &mut Ui<'_>) -> Result<(), Error> {
        let (now, pem) = (clock::now(), certificate.to_pem());
        let is_new = |text: &[u8]| {
            taken_apart(text).is_some_and(|(fetched, kept)| {
                let age = now.0.saturating_sub(fetched.0);
                kept == pem && (0..AS_GOOD_AS_NEW_SECONDS).contains(&age)
            })
        };
        // A file that is damaged is replaced; one that somebody else may write is not.
        if let Some(file) = self.checked_file()?
            && self.text(file).is_ok_and(|text| is_new(&text))
        {
            return Ok(());
        }
        self.make_folders()?;
        let text = format!("{FETCHED}{now}\n{pem}");
        Destination::File(self.file.clone()).write(&[text], Audience::Private, ui)
    }

    fn text(&self, mut file: File) -> Result<Zeroizing<Vec<u8>>, Error> {
        let text = input::read_open(&mut file, CERTIFICATE_LIMIT);
        text.map_err(|error| error.about(self.file.display()))
    }

    /// The file, once it is clear that nobody else can have written it.
    fn checked_file(&self) -> Result<Option<File>, Error> {
        for folder in self.folders() {
            match fs::metadata(&folder) {
                Ok(metadata) => refuse_of_others(&folder, &metadata)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unreadable(&folder, error)),
            }
        }
        match self.file.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => refuse_of_others(&self.file, &metadata)?,
            Ok(_) => return Err(Error::failed("is no regular file").about(self.file.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&self.file, error)),
        }
        let file = File::open(&self.file);
        let file = file.and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = file.map_err(|error| unreadable(&self.file, error))?;
        // Once more: it is the one that is read.
        refuse_of_others(&self.file, &metadata)?;
        Ok(Some(file))
    }

    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        FOLDERS.iter().scan(self.root.clone(), |folder, name| {
            folder.push(name);
            Some(folder.clone())
        })
    }

    fn make_folders(&self) -> Result<(), Error> {
        for folder in self.folders() {
            let mut builder = DirBuilder::new();
            owner::alone(builder.recursive(true));
            let made = builder.create(&folder).and_then(|()| fs::metadata(&folder));
            let metadata = made.map_err(|error| {
                Error::failed("cannot be made").caused_by(error).about(folder.display())
            })?;
            refuse_of_others(&folder, &metadata)?;
        }
        Ok(())
    }
}

impl Kept {
    /// How long ago that was, for people.
    pub(super) fn age(fetched: UnixTime, now: UnixTime) -> String {
        let ago = |count: i64, unit: &str| match count {
            1 => format!("1 {unit} ago"),
            count => format!("{count} {unit}s ago"),
        };
        match now.0.saturating_sub(fetched.0) {
            ..0 => format!("at {fetched}, which is to come"),
            0..HOUR => "less than an hour ago".to_owned(),
            age @ HOUR..DAY => ago(age / HOUR, "hour"),
            age => ago(age / DAY, "day"),
        }
    }
}

/// The folder that a person's programs have for what can be fetched again.
fn root(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = || {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(folder("HOME")?.join("Library").join("Caches"))
        } else {
            Some(folder("HOME")?.join(".cache"))
        }
    };
    folder("XDG_CACHE_HOME").or_else(usual)
}

/// A name for the server, for how it proves to be that server, and for the controller in its cluster.
fn key(target: &Target, args: &ClusterArgs) -> String {
    let name = target.tls_server_name.as_deref().map(str::as_bytes);
    let authority = target.authority.as_ref().map(|pem| pem.as_slice());
    let parts = [
        Some(target.server.trim_end_matches('/').as_bytes()),
        authority,
        target.insecure.then_some(&b"insecure"[..]),
        name,
        Some(args.controller_namespace.as_bytes()),
        Some(args.controller_name.as_bytes()),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &[u8]) -> Option<Kept> {
    let (fetched, pem) = taken_apart(text)?;
    Some(Kept { certificate: Certificate::from_pem(pem.as_bytes()).ok()?, fetched })
}

/// The time, and what stands below it.
fn taken_apart(text: &[u8]) -> Option<(UnixTime, &str)> {
    let text = std::str::from_utf8(text).ok()?;
    let (time, pem) = text.strip_prefix(FETCHED)?.split_once('\n')?;
    Some((time.parse().ok()?, pem))
}

fn refuse_of_others(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    match owner::is_ours_alone(metadata) {
        true => Ok(()),
        false => Err(Error::failed("belongs to somebody else, or others can write to it")
            .hint("it would say whose key is sealed for: remove it, or chmod go-w")
            .about(path.display())),
    }
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::failed("cannot be read").caused_by(error).about(path.display())
}

/// Who may write.
#[cfg(unix)]
mod owner {
    use std::fs::{DirBuilder, Metadata};
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

    use rustix::process::geteuid;

    const WRITABLE_BY_OTHERS: u32 = 0o022;

    pub(super) fn is_ours_alone(metadata: &Metadata) -> bool {
        metadata.uid() == geteuid().as_raw() && metadata.mode() & WRITABLE_BY_OTHERS == 0
    }

    /// For a folder that nobody else can look into.
    pub(super) fn alone(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }
}

/// A person's own folders are closed to others there.
#[cfg(not(unix))]
mod owner {
    use std::fs::{DirBuilder, Metadata};

    pub(super) fn is_ours_alone(_: &Metadata) -> bool {
        true
    }

    pub(super) fn alone(_: &mut DirBuilder) {}
}

#[cfg(test)]
mod tests {
    use sealkit_testkit::{Folder, read_fixture};

    use super::*;
    use crate::streams::Streams;

    fn certificate() -> Certificate {
        Certificate::from_pem(&read_fixture("keys/demo.crt")).unwrap()
    }

    fn keep(place: &Place) -> Result<(), Error> {
        place.keep(&certificate(), &mut Ui::new(Streams::of_process()))
    }

    fn message<T>(result: Result<T, Error>) -> String {
        result.err().map(|error| error.message().to_owned()).unwrap_or_default()
    }

    #[test]
    fn what_is_kept_is_read_with_its_time() {
        let folder = Folder::new();
        let place = Place::below(folder.join("home/.cache"), "k");
        assert!(place.read().unwrap().is_none());
        keep(&place).unwrap();
        let kept = place.read().unwrap().unwrap();
        assert_eq!(kept.certificate, certificate());
        assert!((0..60).contains(&(clock::now().0 - kept.fetched.0)));
        let text = fs::read_to_string(folder.join("home/.cache/sealkit/certificates/k.pem"));
        let text = text.unwrap();
        // Not written again at once.
        let earlier = |text: &str| {
            let (_, pem) = text.split_once('\n').unwrap();
            let fetched = UnixTime(clock::now().0 - 1800);
            fs::write(&place.file, format!("{FETCHED}{fetched}\n{pem}")).unwrap();
            fetched
        };
        let fetched = earlier(&text);
        keep(&place).unwrap();
        assert_eq!(place.read().unwrap().unwrap().fetched, fetched);
    }

    #[test]
    fn what_is_damaged_is_an_error_and_replaced() {
        let folder = Folder::new();
        let place = Place::below(folder.join("cache"), "k");
        keep(&place).unwrap();
        let whole = fs::read(&place.file).unwrap();
        let pem = certificate().to_pem();
        for damaged in [
            Vec::new(),
            whole.get(..300).unwrap().to_vec(),
            pem.clone().into_bytes(),
            format!("{FETCHED}yesterday\n{pem}").into_bytes(),
            b"\xff\xfe".to_vec(),
        ] {
            fs::write(&place.file, damaged).unwrap();
            assert!(message(place.read()).ends_with("is no certificate that was kept"));
            keep(&place).unwrap();
            assert!(place.read().unwrap().is_some());
        }
        fs::write(&place.file, vec![b'x'; 2 << 20]).unwrap();
        assert!(message(place.read()).contains("is larger than"));
        fs::remove_file(&place.file).unwrap();
        fs::create_dir(&place.file).unwrap();
        assert!(message(place.read()).ends_with("is no regular file"));
        assert!(keep(&place).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_others_can_write_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new();
        let place = Place::below(folder.path().to_path_buf(), "k");
        keep(&place).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let below = folder.join("sealkit");
        let paths = [below.clone(), below.join("certificates"), place.file.clone()];
        assert_eq!(paths.each_ref().map(|path| mode(path)), [0o700, 0o700, 0o600]);
        for path in paths {
            let before = mode(&path);
            for writable in [before | 0o020, before | 0o002] {
                fs::set_permissions(&path, fs::Permissions::from_mode(writable)).unwrap();
                for refused in [message(place.read()), message(keep(&place))] {
                    assert!(refused.ends_with("others can write to it"), "{refused}");
                }
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
            assert!(place.read().unwrap().is_some());
        }
    }

    #[test]
    fn folders_are_those_of_the_person() {
        let of = |variables: &[(&str, &str)]| {
            root(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("HOME", ""), ("XDG_CACHE_HOME", "relative")]), None);
        #[cfg(target_os = "linux")]
        {
            let home = ("HOME", "/home/me");
            assert_eq!(of(&[home]), Some(PathBuf::from("/home/me/.cache")));
            assert_eq!(of(&[home, ("XDG_CACHE_HOME", "/c")]), Some(PathBuf::from("/c")));
        }
    }

    #[test]
    fn each_cluster_has_a_name_of_its_own() {
        let args = |namespace: &str, name: &str| ClusterArgs {
            kubeconfig: None,
            context: None,
            controller_namespace: namespace.to_owned(),
            controller_name: name.to_owned(),
            request_timeout: None,
            overrides: Box::default(),
        };
        let usual = args("kube-system", "controller");
        let target = |change: &dyn Fn(&mut Target)| {
            let mut target = Target::of_server("https://a");
            change(&mut target);
            target
        };
        let pem = |text: &str| Some(Zeroizing::new(text.as_bytes().to_vec()));
        let of = |change: &dyn Fn(&mut Target)| key(&target(change), &usual);
        let keys = [
            of(&|_| {}),
            of(&|target| target.server = "https://b".to_owned()),
            of(&|target| target.authority = pem("x")),
            of(&|target| target.authority = pem("")),
            of(&|target| target.insecure = true),
            of(&|target| target.tls_server_name = Some("x".to_owned())),
            key(&target(&|_| {}), &args("kube-systemc", "ontroller")),
            key(&target(&|_| {}), &args("kube-system", "other")),
        ];
        let different: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len(), "{keys:?}");
        assert!(keys.iter().all(|key| key.len() == 64));
        assert_eq!(of(&|target| target.server = "https://a/".to_owned()), keys[0]);
        let login = |target: &mut Target| target.proxy = Some("http://p".to_owned());
        assert_eq!(of(&login), keys[0]);
    }

    #[test]
    fn ages_are_told_in_words() {
        let age = |seconds| Kept::age(UnixTime(1_800_000_000 - seconds), UnixTime(1_800_000_000));
        assert_eq!(age(0), "less than an hour ago");
        assert_eq!(age(HOUR), "1 hour ago");
        assert_eq!(age(DAY - 1), "23 hours ago");
        assert_eq!(age(3 * DAY + 5), "3 days ago");
        assert_eq!(age(-60), "at 2027-01-15T08:01:00Z, which is to come");
    }
}
