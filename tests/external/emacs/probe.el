;; Visits the file named in PROBE_FILE with our server on, prints what Flymake shows, applies the first fix, saves.
(require 'package)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'rust-mode)
(require 'json)

(defvar probe-seconds 30)
(setq eglot-sync-connect probe-seconds
      make-backup-files nil
      create-lockfiles nil)
(add-to-list 'eglot-server-programs
             (cons '(rust-mode python-mode) (append (json-parse-string (getenv "PROBE_SERVER") :array-type 'list) nil)))

(find-file (getenv "PROBE_FILE"))
(call-interactively #'eglot)
(let ((end (+ probe-seconds (float-time))))
  (while (not (flymake-diagnostics))
    (when (> (float-time) end)
      (error "Waited in vain for diagnostics"))
    (accept-process-output nil 0.05)
    (flymake-start)))
(dolist (shown (flymake-diagnostics))
  (goto-char (flymake-diagnostic-beg shown))
  (princ (format "%s\n" (json-encode `((path . ,(getenv "PROBE_FILE"))
                                       (line . ,(line-number-at-pos))
                                       (column . ,(current-column))
                                       (type . ,(symbol-name (flymake-diagnostic-type shown)))
                                       (text . ,(flymake-diagnostic-text shown)))))))
(let ((action (elt (eglot-code-actions (point) (point) "quickfix") 0)))
  (eglot--apply-workspace-edit (plist-get action :edit)))
(save-buffer)
(eglot-shutdown (eglot-current-server))
