//! The Secret that tests seal.

/// A Secret with three values, two in `data` and one in `stringData`.
pub const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: database
  namespace: shop
  labels:
    app: shop
type: Opaque
data:
  host: ZGIuZXhhbXBsZS5jb20=
  password: aHVudGVyMg==
stringData:
  user: admin
";

/// The value of `password` in [`SECRET`]: may stand in no message.
pub const PASSWORD: &str = "hunter2";
