// The form that begins an import: files may be dropped on it, and it says that they are under way.
const form = document.getElementById("upload");
const files = document.getElementById("files");
const status = document.getElementById("upload-status");
const over = (on) => form.classList.toggle("drop-over", on);

if (form) {
  for (const type of ["dragenter", "dragover"]) form.addEventListener(type, (event) => { event.preventDefault(); over(true); });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) over(false); });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length) files.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    const { dataset } = status;
    const bytes = [...files.files].reduce((sum, file) => sum + file.size, 0);
    const large = bytes > Number(dataset.most); // the server says so only by breaking off
    if (large) event.preventDefault();
    status.textContent = large ? dataset.large : dataset.busy;
    status.classList.toggle("form-error", large);
  });
}
